"""Event patterns: whether an event is one that a rule waits for.

Source: the EventBridge user guide, "Event patterns" and "Comparison operators": a field matches when any of the listed
values does; exact values, prefix, suffix, anything-but, numeric, exists, equals-ignore-case, wildcard, `$or`.
"""

import fnmatch
import json
from collections.abc import Mapping, Sequence
from typing import Any

_MISSING = object()
_OPERATORS = frozenset(("prefix", "suffix", "anything-but", "numeric", "exists", "equals-ignore-case", "wildcard"))
_TEXTUAL = frozenset(("prefix", "suffix", "equals-ignore-case", "wildcard"))
_COMPARISONS = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


class InvalidPatternError(ValueError):
    """A pattern that EventBridge refuses."""


def parse(text: str) -> dict[str, Any]:
    """The pattern in a JSON text. Raises InvalidPatternError."""
    try:
        pattern = json.loads(text)
    except ValueError as error:
        raise InvalidPatternError(f"not JSON: {error}") from None
    _check(pattern, "the pattern")
    checked: dict[str, Any] = pattern
    return checked


def _check(pattern: Any, where: str) -> None:
    if not isinstance(pattern, dict) or not pattern:
        raise InvalidPatternError(f"{where} must be an object that is not empty")
    for name, wanted in pattern.items():
        if name == "$or" and isinstance(wanted, list):
            for alternative in wanted:
                _check(alternative, "$or")
        elif isinstance(wanted, dict):
            _check(wanted, name)
        elif not isinstance(wanted, list) or not wanted:
            raise InvalidPatternError(f"{name} must be an object or a list that is not empty")
        else:
            for value in wanted:
                _check_value(value, name)


def _check_value(value: Any, name: str) -> None:
    if isinstance(value, list):
        raise InvalidPatternError(f"{name} must not hold a list in a list")
    if not isinstance(value, dict):
        return
    if len(value) != 1 or not set(value) <= _OPERATORS:
        raise InvalidPatternError(f"Unrecognized match type {', '.join(sorted(set(value) - _OPERATORS))}")
    ((operator, argument),) = value.items()
    if operator == "anything-but":
        for inner in argument if isinstance(argument, list) else [argument]:
            _check_value(inner, name)
    elif operator == "exists" and not isinstance(argument, bool):
        raise InvalidPatternError("exists match pattern must be either true or false")
    elif operator == "numeric" and not _is_numeric(argument):
        raise InvalidPatternError("Value of numeric must be comparisons and numbers")
    elif operator in _TEXTUAL and not _is_text(operator, argument):
        raise InvalidPatternError(f"{operator} match pattern must be a string")


def _is_numeric(argument: Any) -> bool:
    if not isinstance(argument, list) or len(argument) not in (2, 4):
        return False
    numbers = all(isinstance(number, int | float) and not isinstance(number, bool) for number in argument[1::2])
    return numbers and all(operator in _COMPARISONS for operator in argument[::2])


def _is_text(operator: str, argument: Any) -> bool:
    if operator in ("prefix", "suffix") and isinstance(argument, dict):
        argument = argument.get("equals-ignore-case")
    return isinstance(argument, str)


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Whether an event has what every field of the pattern wants."""
    for name, wanted in pattern.items():
        if name == "$or":
            if not any(matches(alternative, event) for alternative in wanted):
                return False
            continue
        found = event.get(name, _MISSING) if isinstance(event, Mapping) else _MISSING
        if isinstance(wanted, Mapping):
            inner = found if isinstance(found, list) else [found]
            if not any(matches(wanted, {} if item is _MISSING else item) for item in inner):
                return False
        elif not any(_value(value, found) for value in wanted):
            return False
    return True


def _value(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, Mapping) and "exists" in wanted:
        return bool((found is not _MISSING) == wanted["exists"])
    items = found if isinstance(found, list) else [found]
    return any(item is not _MISSING and _one(wanted, item) for item in items)


def _one(wanted: Any, item: Any) -> bool:
    if not isinstance(wanted, Mapping):
        return (type(wanted) is type(item) and bool(wanted == item)) or _numbers(wanted, item)
    ((operator, argument),) = wanted.items()
    match operator:
        case "prefix":
            return isinstance(item, str) and _text(item, argument, str.startswith)
        case "suffix":
            return isinstance(item, str) and _text(item, argument, str.endswith)
        case "equals-ignore-case":
            return isinstance(item, str) and item.lower() == argument.lower()
        case "wildcard":
            return isinstance(item, str) and fnmatch.fnmatchcase(item, argument.replace("[", "[[]").replace("?", "[?]"))
        case "numeric":
            return _numeric(argument, item)
        case "anything-but":
            listed = argument if isinstance(argument, list) else [argument]
            return not any(_one(value, item) for value in listed)
    return False


def _text(item: str, argument: Any, compare: Any) -> bool:
    if isinstance(argument, Mapping):
        return bool(compare(item.lower(), argument["equals-ignore-case"].lower()))
    return bool(compare(item, argument))


def _numbers(wanted: Any, item: Any) -> bool:
    plain = (int, float)
    return (
        isinstance(wanted, plain)
        and isinstance(item, plain)
        and not isinstance(wanted, bool)
        and not isinstance(item, bool)
        and wanted == item
    )


def _numeric(conditions: Sequence[Any], item: Any) -> bool:
    if isinstance(item, bool) or not isinstance(item, int | float):
        return False
    pairs = zip(conditions[::2], conditions[1::2], strict=True)
    return all(_COMPARISONS[operator](item, number) for operator, number in pairs)
