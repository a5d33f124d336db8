"""What every row of a table has: a place, a condition, a source and how well the source is known."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from reconciler.model import ABSENT


class Grade(Enum):
    """How well the fact behind a row is known."""

    SEEN = "seen in an answer of AWS"
    DOCUMENTED = "documented by AWS"
    TOOL = "another tool's code or acceptance test"
    INFERRED = "inferred"


class Equality(Enum):
    """Whether AWS itself makes the two spellings one, or keeps them apart and only treats them alike."""

    STRICT = "AWS stores the same"
    SEMANTIC = "AWS runs the same"


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A condition on what was written or received.

    `member` is a sibling when it begins with a dot (`.maxSwap`), else a path from the top (`networkMode`). It holds
    when the member's value is one of `among` (ABSENT for a member that is not there; a list stands for its sorted
    values), or, with `begins` or `ends`, a text that does. `negated` turns it round.
    """

    member: str
    among: tuple[Any, ...] = ()
    begins: str = ""
    ends: str = ""
    negated: bool = False

    def __str__(self) -> str:
        for verb, part in (("begin", self.begins), ("end", self.ends)):
            if part:
                return f"{self.member} {f'does not {verb}' if self.negated else f'{verb}s'} with {part}"
        if self.among == (ABSENT,):
            return f"{self.member} is {'present' if self.negated else 'absent'}"
        values = " or ".join("absent" if value is ABSENT else spelt(value) for value in self.among)
        return f"{self.member} is {'not ' if self.negated else ''}{values}"


def spelt(value: Any) -> str:
    """Answer a value as JSON would spell it, tuples as lists."""
    if isinstance(value, tuple):
        return f"[{', '.join(spelt(entry) for entry in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row: what is equal at `path` (empty: at the top, or where :func:`each` and :func:`below` put it)."""

    path: str = ""
    source: str
    grade: Grade
    equality: Equality = Equality.STRICT
    when: tuple[When, ...] = ()

    @property
    def text(self) -> str:
        """Say what the row treats as equal, in a few words."""
        raise NotImplementedError

    @property
    def condition(self) -> str:
        """Say when the row holds; empty for always."""
        return " and ".join(str(condition) for condition in self.when)

    @property
    def id(self) -> str:
        """Name the row; no other row of the same table has this name."""
        return f"{self.path or '(top)'}: {self.text}" + (f", when {self.condition}" if self.when else "")
