"""What to say about a schedule that is not in the grammar: what was expected, what was got, and what was meant. Pure.

Each function answers a message and a hint (empty when there is nothing to add).
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of cron: its name, what it may hold, its bounds, and its values' names."""

    name: str
    expected: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_LONGEST_ABBREVIATION: Final = 5
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIELDS: Final = (
    Field(name="minute", expected="0-59", low=0, high=59),
    Field(name="hour", expected="0-23", low=0, high=23),
    Field(name="day of month", expected="1-31, L or LW", low=1, high=31),
    Field(name="month", expected="1-12 or JAN-DEC", low=1, high=12, names=_MONTHS),
    Field(name="day of week", expected="0-7 or SUN-SAT, 5L or 1#2", low=0, high=6, names=_DAYS),
)

_CALL: Final = re.compile(r"\s*(cron|rate|at)\s*\((.*)\)\s*", re.IGNORECASE)
_AWS_FIELDS: Final = 6
#: How Go's cron libraries, and so Kubernetes before 1.22 and Nomad, took a zone.
_ZONE: Final = re.compile(r"(?:CRON_)?TZ=(\S+)\s")
_EVERY: Final = re.compile(r"@every\s+(\d+)\s*([mhd])\w*", re.IGNORECASE)
_UNITS: Final = {"m": "minute", "h": "hour", "d": "day"}
_CLOSE: Final = 0.6


def about_shape(text: str) -> tuple[str, str]:
    """Say why a text is not five fields."""
    call = _CALL.fullmatch(text)
    fields = (call[2] if call else text).split()
    if call is not None and (call[1].lower() != "cron" or len(fields) == len(FIELDS)):
        return f'expected five fields, got "{text}"', f"write {call[1].lower()}: {call[2].strip()}"
    message = f'expected five fields (minute, hour, day of month, month, day of week), got {len(fields)}: "{text}"'
    if zone := _ZONE.match(text):
        return f'expected five fields alone, got "{text}"', f"write timeZone: {zone[1]} beside it"
    if text.startswith("@"):
        return f'expected @yearly, @monthly, @weekly, @daily or @hourly, got "{text}"', _about_nickname(text)
    if call is not None or _is_aws(fields):
        return message, _from_aws(fields)
    if len(fields) > len(FIELDS):
        return message, "a schedule has no seconds and no year: leave them out"
    return message, ""


def about_field(position: int, text: str) -> tuple[str, str]:
    """Say what is wrong with one field of the five."""
    field = FIELDS[position]
    return f'{field.name}: expected {field.expected}, got "{text}"', _about_term(field, text)


def about_rate(text: str) -> tuple[str, str]:
    """Say why a text is not an interval."""
    message = f'expected a rate like "15 minutes", "6 hours" or "1 day", got "{text}"'
    call = _CALL.fullmatch(text)
    if call is not None and call[1].lower() == "rate":
        return message, f"write rate: {call[2].strip()}"
    if "second" in text:
        return message, "a minute is the shortest interval"
    if "week" in text:
        return message, "write it in days"
    if "month" in text:
        return message, "months differ in length: use cron"
    return message, ""


def about_at(text: str) -> tuple[str, str]:
    """Say why a text is not a local time."""
    message = f'expected a local time like 2026-12-01T03:00:00, got "{text}"'
    call = _CALL.fullmatch(text)
    if call is not None and call[1].lower() == "at":
        return message, f"write at: {call[2].strip()}"
    if re.fullmatch(r".*T.*(Z|[+-]\d{2}:?\d{2})", text):
        return message, "its zone belongs in timeZone"
    return message, ""


def about_zone(name: str) -> tuple[str, str]:
    """Say that a zone is unknown, and which it might have been."""
    from zoneinfo import available_timezones

    known = {each.lower(): each for each in available_timezones()}
    written = name.lower().replace(" ", "_")
    # an abbreviation is near another one that means other hours (CEST, EST): only its own letters are it
    abbreviated = len(name) <= _LONGEST_ABBREVIATION and "/" not in name
    close = get_close_matches(written, sorted(known), n=1, cutoff=1 if abbreviated else _CLOSE)
    hint = f"did you mean {known[close[0]]}?" if close else ""
    return f'unknown time zone "{name}" (expected an IANA name like Europe/Paris)', hint


def _about_nickname(text: str) -> str:
    every = _EVERY.fullmatch(text.strip())
    if every is not None:
        unit = _UNITS[every[2].lower()]
        return f"write rate: {every[1]} {unit if int(every[1]) == 1 else f'{unit}s'}"
    return "there is no boot here; use once to run when something changes" if text.lower() == "@reboot" else ""


def _is_aws(fields: list[str]) -> bool:
    """Answer whether these are AWS's six fields: exactly one of its two day fields must be a question mark."""
    return len(fields) == _AWS_FIELDS and "?" in (fields[2], fields[4])


def _from_aws(fields: list[str]) -> str:
    """Say how AWS's six fields are written in five; not where days of the week are numbers, which mean others there."""
    if len(fields) != _AWS_FIELDS:
        return "write the five fields alone"
    advice = "these are AWS's six fields: leave out the year and write * for ?"
    if any(digit in fields[4] for digit in "01234567"):
        return f"{advice}; Sunday is 1 there and 0 here"
    if fields[5] != "*":
        return f"{advice}; years belong in startDate and endDate"
    return f'{advice}: "{" ".join("*" if field == "?" else field for field in fields[:5])}"'


def _about_term(field: Field, text: str) -> str:
    """Say what was meant by a field's text, as far as one can guess."""
    if "?" in text:
        return "write * for ?"
    if field.name == "day of month" and "W" in text:
        return "there is no nearest weekday here; LW is the last weekday of the month"
    if text.startswith("H"):
        return "H is Jenkins's: choose a number"
    if re.search(r"/0+(,|$)", text):
        return "a step is at least 1"
    long_name = next((name for name in field.names if re.search(rf"{name}[A-Z]+", text)), None)
    if long_name:
        number = field.names.index(long_name)
        return f"write {number}L" if f"{long_name}L" in text else f"write {long_name}"
    return _about_range(field, text)


def _about_range(field: Field, text: str) -> str:
    """Say how a range across the end of its field is written: `22-6` as `22-23,0-6`."""
    match = re.search(r"(?:^|,)([A-Z0-9]+)-([A-Z0-9]+)(?:,|/|$)", text)
    if match is None:
        return ""
    start, end = (_number(field, match[1]), _number(field, match[2]))
    if start is None or end is None or start <= end:
        return ""
    if field.names == _DAYS and end == 0:
        return f"a range goes upwards: write {match[1]}-7"
    low, high = (field.names[0], field.names[-1]) if field.names else (str(field.low), str(field.high))
    first = match[1] if start == field.high else f"{match[1]}-{high}"
    rest = match[2] if end == field.low else f"{low}-{match[2]}"
    return f"a range goes upwards: write {first},{rest}"


def _number(field: Field, text: str) -> int | None:
    """Answer a value of a field as a number; None outside its bounds."""
    if text in field.names:
        return field.names.index(text) + field.low
    return int(text) if text.isascii() and text.isdigit() and field.low <= int(text) <= field.high else None
