"""One IAM policy document: what it says of an action on a resource, under the keys of a request.

Known is what identity-based policies of this project's kind are made of: `Effect`, `Action`, `Resource` (wildcards `*`
and `?` alone, as in IAM) and `Condition` with the operators of strings and ARNs and `Null`, each with `IfExists` where
IAM has it. Everything else (`NotAction`, `Principal`, dates, numbers, policy variables …) is refused at reading, so
that nobody takes it for checked. Source: IAM user guide, "IAM JSON policy elements".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Self

Keys = Mapping[str, Sequence[str]]
"""The keys of a request that conditions may ask for, lower case, with their values; a missing one is not there."""

_MEMBERS: Final = frozenset({"Sid", "Effect", "Action", "Resource", "Condition"})
_DOCUMENT: Final = frozenset({"Version", "Id", "Statement"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """How a condition compares: with wildcards, in spite of letter case, the other way round."""

    wildcards: bool = False
    folded: bool = False
    negated: bool = False

    def holds(self, wanted: Sequence[str], got: Sequence[str]) -> bool:
        """Whether one of the values that the request has is (or, negated, none is) among the wanted ones."""
        return any(self._same(text, value) for text in wanted for value in got) != self.negated

    def _same(self, text: str, value: str) -> bool:
        if self.folded:
            text, value = text.lower(), value.lower()
        return matches(text, value) if self.wildcards else text == value


OPERATORS: Final[Mapping[str, Operator]] = {
    "StringEquals": Operator(),
    "StringNotEquals": Operator(negated=True),
    "StringEqualsIgnoreCase": Operator(folded=True),
    "StringNotEqualsIgnoreCase": Operator(folded=True, negated=True),
    "StringLike": Operator(wildcards=True),
    "StringNotLike": Operator(wildcards=True, negated=True),
    "ArnEquals": Operator(wildcards=True),
    "ArnNotEquals": Operator(wildcards=True, negated=True),
    "ArnLike": Operator(wildcards=True),
    "ArnNotLike": Operator(wildcards=True, negated=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One line of a condition: a key, how it is compared (None: whether it is there at all), and with what."""

    key: str
    operator: Operator | None
    values: tuple[str, ...]
    if_exists: bool = False

    def holds(self, keys: Keys) -> bool:
        """Whether a request meets it. A key that is not there meets only what is negated or has `IfExists`."""
        got = keys.get(self.key)
        if self.operator is None:
            return (got is None) == (self.values == ("true",))
        if got is None:
            return self.if_exists or self.operator.negated
        return self.operator.holds(self.values, got)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement: it allows or denies these actions on these resources where all conditions hold."""

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...] = field(default=())

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Take a statement out of a document. Raises ValueError on what is not known here."""
        unknown = sorted(set(told) - _MEMBERS)
        if unknown or told.get("Effect") not in ("Allow", "Deny") or not {"Action", "Resource"} <= set(told):
            raise ValueError(f"expected Effect Allow or Deny, Action, Resource and perhaps Condition, got {dict(told)}")
        return cls(
            allows=told["Effect"] == "Allow",
            actions=tuple(text.lower() for text in _texts(told["Action"])),
            resources=_texts(told["Resource"]),
            conditions=tuple(_conditions(told.get("Condition") or {})),
        )

    def speaks_of(self, action: str, resource: str, keys: Keys) -> bool:
        """Whether it says anything of that request."""
        return (
            any(matches(pattern, action.lower()) for pattern in self.actions)
            and any(matches(pattern, resource) for pattern in self.resources)
            and all(condition.holds(keys) for condition in self.conditions)
        )


def statements(document: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> tuple[Statement, ...]:
    """Read a policy document, or the statements alone.

    Raises ValueError on what is not known here, TypeError on what is no document at all.
    """
    if isinstance(document, Mapping):
        if unknown := sorted(set(document) - _DOCUMENT):
            raise ValueError(f"expected Version and Statement, got {', '.join(unknown)}")
        document = document.get("Statement", ())
        if isinstance(document, Mapping):
            document = [document]
    if not isinstance(document, list | tuple):
        raise TypeError("expected a policy document or a list of statements")
    found = []
    for number, each in enumerate(document):
        try:
            found.append(Statement.read(dict(each)))
        except (ValueError, TypeError) as error:
            raise ValueError(f"statement {number}: {error}") from None
    return tuple(found)


def decision(found: Iterable[Statement], action: str, resource: str, keys: Keys) -> bool | None:
    """False where a statement denies it, True where one allows it and none denies, None where none speaks of it."""
    effects = {statement.allows for statement in found if statement.speaks_of(action, resource, keys)}
    return None if not effects else False not in effects


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in text), re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern with `*` and `?` says, from its beginning to its end."""
    return _pattern(pattern).fullmatch(text) is not None


def _conditions(told: Mapping[str, Any]) -> Iterable[Condition]:
    for name, keys in told.items():
        base = name.removesuffix("IfExists")
        if base not in OPERATORS and name != "Null":
            raise ValueError(f"Condition: {name} (expected one of {', '.join(OPERATORS)}, Null)")
        for key, values in keys.items():
            yield Condition(
                key=key.lower(),
                operator=OPERATORS.get(base),
                values=tuple(text.lower() if name == "Null" else text for text in _texts(values)),
                if_exists=name != base,
            )


def _texts(told: object) -> tuple[str, ...]:
    listed = [told] if isinstance(told, str | bool) else told
    if not isinstance(listed, Sequence) or not all(isinstance(each, str | bool) for each in listed):
        raise ValueError(f"expected a text or a list of texts, got {told!r}")
    found = tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in listed)
    if any("${" in each for each in found):
        raise ValueError(f"policy variables are not known here, got {told!r}")
    return found
