"""What was worked out from something that has not changed since, and need not be worked out again."""

from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Unchanged(Generic[Answer]):
    """Answers by name, each good for as long as what it rests on is the very same object."""

    def __init__(self) -> None:
        self._before: dict[str, tuple[object, Answer]] = {}
        self._now: dict[str, tuple[object, Answer]] = {}

    def of(self, name: str, basis: object, work_out: Callable[[], Answer]) -> Answer:
        """Answer what `work_out` makes of `basis`."""
        known = self._now.get(name) or self._before.get(name)
        if known is None or known[0] is not basis:
            known = (basis, work_out())
        self._now[name] = known
        return known[1]

    def turn(self) -> None:
        """Begin a pass: what the one before did not ask for is forgotten."""
        self._before, self._now = self._now, {}
