"""The words in which a kind's table says what AWS treats as equal.

A :class:`Rules` table is a tuple of rows; each row names a path pattern (`containerDefinitions[].cpu`: `[]` stands for
every entry of a list, `**` for everywhere), what is equal there, where that is known from and how well. The engine
that reads the rows (:mod:`reconciler.core.tree`) knows no member of any service.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Literal, TypeVar

from reconciler.core.rule import Rule, spelt
from reconciler.model import ABSENT


class Unit(Enum):
    """Texts with a unit that AWS turns into a plain number, and what one of the unit is worth."""

    VCPU = "vCPU, 1024 CPU units each"
    GB = "GB, 1024 MiB each"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCompared(Rule):
    """A member that only one side has, or that has no effect."""

    side: Literal["response", "request", "unused"] = "response"

    @property
    def text(self) -> str:
        """Say why it is not compared."""
        reasons = {"response": "only AWS writes it", "request": "AWS does not return it", "unused": "AWS ignores it"}
        return f"not compared, {reasons[self.side]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NullIsAbsent(Rule):
    """A null is a member that is not there; in a list, an entry that is not there."""

    @property
    def text(self) -> str:
        """Say so."""
        return "null = absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyListIsAbsent(Rule):
    """A list without entries is not there; an entry without members neither."""

    @property
    def text(self) -> str:
        """Say so."""
        return "[] = absent, and an entry {} of a list too"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyIsAbsent(Rule):
    """A structure or map in which nothing is left to compare is not there."""

    @property
    def text(self) -> str:
        """Say so."""
        return "{} = absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Default(Rule):
    """A member that has this value is as good as left out."""

    value: Any

    @property
    def text(self) -> str:
        """Say which value."""
        return f"absent = {spelt(self.value)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultFrom(Rule):
    """A member whose value is that of its sibling `member` is as good as left out."""

    member: str

    @property
    def text(self) -> str:
        """Say which sibling."""
        return f"absent = the value of {self.member}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOfIsAbsent(Rule):
    """A side that leaves the member out takes any of these for it; two that are written must be equal."""

    values: tuple[Any, ...]

    @property
    def text(self) -> str:
        """Say which values."""
        return f"absent = any of {', '.join(spelt(value) for value in self.values)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InUnit(Rule):
    """A number may be written with its unit, or as a number where AWS has a text."""

    unit: Unit

    @property
    def text(self) -> str:
        """Say which unit."""
        return f"a text with its unit ({self.unit.value}) = the plain number"


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreCase(Rule):
    """Upper and lower case are the same."""

    @property
    def text(self) -> str:
        """Say so."""
        return "upper case = lower case"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherwiseIs(Rule):
    """Every text but those of `known` counts as `value`."""

    known: tuple[str, ...]
    value: str

    @property
    def text(self) -> str:
        """Say what counts as what."""
        return f"anything but {' or '.join(spelt(value) for value in self.known)} = {spelt(self.value)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonText(Rule):
    """A text that is JSON is compared by what it says, not by how it is set."""

    @property
    def text(self) -> str:
        """Say so."""
        return "JSON texts that say the same are equal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant(Rule):
    """A time is the instant it names, whatever its zone or spelling."""

    @property
    def text(self) -> str:
        """Say so."""
        return "the same instant in any zone is equal"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleName(Rule):
    """Where one side has an ARN and the other a bare name, the last part of the ARN is the name."""

    @property
    def text(self) -> str:
        """Say so."""
        return "a role's name = its ARN, when exactly one side has an ARN"


@dataclass(frozen=True, slots=True, kw_only=True)
class DropEntries(Rule):
    """Entries of a list whose `member` is one of `values`; of a map (no member), such keys.

    Or begins with `prefix`, in upper or lower case.
    """

    member: str = ""
    values: tuple[Any, ...] = ()
    prefix: str = ""

    @property
    def text(self) -> str:
        """Say which entries."""
        what = f"entries whose {self.member}" if self.member else "keys that"
        values = " or ".join("absent" if value is ABSENT else spelt(value) for value in self.values)
        tests = ([f"{'is ' if self.member else 'are '}{values}"] if values else []) + (
            [f"begin{'s' if self.member else ''} with {self.prefix} in any case"] if self.prefix else []
        )
        return f"{what} {' or '.join(tests)} do not count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered(Rule):
    """A list whose order has a meaning; a list without a row is treated like this too."""

    @property
    def text(self) -> str:
        """Say so."""
        return "a list: order matters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unordered(Rule):
    """A set of plain values."""

    @property
    def text(self) -> str:
        """Say so."""
        return "a set: order and repetition do not matter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed(Rule):
    """A list whose entries are told apart by members, not by position.

    A key `x|y` is x, or y where there is no x. Of entries with the same key all are compared, unless
    `last_wins`. `scrambled` says that AWS returns another order than was sent.
    """

    by: tuple[str, ...]
    last_wins: bool = False
    scrambled: bool = False

    @property
    def text(self) -> str:
        """Say by what the entries are told apart."""
        keys = " and ".join(key.replace("|", " or ") for key in self.by)
        repeated = "; of equal ones the last counts" if self.last_wins else ""
        return f"entries by {keys}: order does not matter{repeated}"


@dataclass(frozen=True, eq=False, kw_only=True)
class Rules:
    """A kind's table. `leading` are the members that a written body begins with; the others keep their order.

    A table is equal only to itself, so that what is computed from one can be kept by it.
    """

    kind: str
    rows: tuple[Rule, ...]
    leading: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rows)


_Row = TypeVar("_Row", bound=Rule)


def each(row: _Row, *paths: str) -> tuple[_Row, ...]:
    """Answer the same row for several paths."""
    return tuple(replace(row, path=path) for path in paths)


def below(prefix: str, rows: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Answer rows that were written for a part, for the place where the part stands."""
    return tuple(replace(row, path=f"{prefix}.{row.path}" if row.path else prefix) for row in rows)
