"""Words that every room shares: paths, AWS's own shapes, and the member that is not there."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, Literal

#: A place inside a document: keys and list positions from the top, `("spec", "run", "subnets", 0)`.
Path = tuple[str | int, ...]
#: What is sent to AWS or was received from it, in AWS's own spelling.
Spec = Mapping[str, Any]


class _Absent(Enum):
    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


#: A member that is not there; `None` is a value that somebody wrote.
ABSENT: Final = _Absent.ABSENT
Absent = Literal[_Absent.ABSENT]
