"""One spelling for what can be spelt in several ways: numbers with units, instants, JSON texts.

What cannot be read is answered as it is: it is then compared letter by letter.
"""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from reconciler.core.rules import Unit

_UNITS = {
    Unit.VCPU: re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*vcpu\s*", re.IGNORECASE),
    Unit.GB: re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*gb\s*", re.IGNORECASE),
}
_PER_UNIT = 1024
_INTEGER = re.compile(r"\s*0*(\d+)\s*")


def in_unit(value: Any, unit: Unit) -> Any:
    """Answer the plain number that AWS returns for a text with a unit (`1 vCPU` is `1024`), as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return value
    if plain := _INTEGER.fullmatch(value):
        return plain[1]
    written = _UNITS[unit].fullmatch(value)
    if not written:
        return value
    number = Decimal(written[1]) * _PER_UNIT
    return str(int(number)) if number == int(number) else value


def instant(value: Any) -> Any:
    """Answer a time as RFC 3339 in UTC; a time without a zone is taken as UTC, a number as seconds of the epoch."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        value = datetime.fromtimestamp(value, UTC)
    if not isinstance(value, datetime):
        return value
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")


def said_by_json(value: Any) -> Any:
    """Answer what a JSON text says; a text that is no JSON, or no object or list, as it is."""
    if not isinstance(value, str):
        return value
    try:
        said = json.loads(value)
    except ValueError:
        return value
    return said if isinstance(said, dict | list) else value


def lower_case(value: Any) -> Any:
    """Answer a text in lower case."""
    return value.lower() if isinstance(value, str) else value


def canonical_text(value: Any) -> str:
    """Answer one text for equal values: JSON without spaces, members sorted."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def alike(one: Any, other: Any) -> bool:
    """Answer whether two values are equal, true and 1 not being the same, 1 and 1.0 being."""
    kind = type(one)
    if kind is str or one is other:
        return bool(one == other)
    if isinstance(one, dict):
        if not isinstance(other, dict) or one.keys() != other.keys():
            return False
        for key, value in one.items():
            # nearly all are texts: told here, they spare the call
            if value != other[key] if type(value) is str else not alike(value, other[key]):
                return False
        return True
    if isinstance(one, list | tuple):
        return isinstance(other, list | tuple) and len(one) == len(other) and all(map(alike, one, other))
    return (kind is bool) is (type(other) is bool) and bool(one == other)
