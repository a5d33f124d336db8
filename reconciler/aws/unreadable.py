"""What botocore stumbles over: its readers of answers, credentials and settings raise Python's own errors at odd bytes.

Such an error is nobody's bug, and is told as what could not be read. One that any other code has raised is a bug, most
likely of ours, and must stay one: so the traceback is asked who raised it.
"""

from collections.abc import Mapping
from enum import Enum
from traceback import walk_tb
from typing import Final


class Unreadable(Enum):
    """What could not be read."""

    ANSWER = "the answer"
    CREDENTIALS = "AWS credentials"
    SETTINGS = "AWS settings"


#: What Python's own errors are that botocore's readers let through.
ERRORS: Final = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RuntimeError)
#: botocore's modules that read what comes from outside, and what that is.
_READERS: Final[Mapping[str, Unreadable]] = {
    "botocore.parsers": Unreadable.ANSWER,
    "botocore.model": Unreadable.ANSWER,
    "botocore.credentials": Unreadable.CREDENTIALS,
    "botocore.tokens": Unreadable.CREDENTIALS,
    "botocore.configloader": Unreadable.SETTINGS,
    "botocore.configprovider": Unreadable.SETTINGS,
}
_OURS: Final = "reconciler"


def stumbled(error: BaseException) -> Unreadable | None:
    """Answer what botocore was reading as it raised this; None where it was raised by anything else."""
    modules = [str(frame.f_globals.get("__name__")) for frame, _ in walk_tb(error.__traceback__)]
    for module in reversed(modules):
        if module in _READERS:
            return _READERS[module]
        if module.partition(".")[0] == _OURS:
            return None
    return None
