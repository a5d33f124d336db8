"""How options' texts are read: pairs, report targets, words from a list."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import click

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SPAN: Final = re.compile(r"(?P<number>\d+)(?P<unit>[smhd])")
#: A century, and how many digits are read at all: far more would be before there were dates.
_LONGEST: Final = timedelta(days=36_500)
_DIGITS: Final = 9
#: As in the schema of Settings.
_REGION: Final = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+")
_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+")
#: What `${{ … }}` can name.
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
#: What the names of variables begin with that nobody sets.
_BUILT_IN: Final = "reconciler."
#: Every face a report can have.
FORMATS: Final = ("text", "json", "markdown", "html", "junit", "github")


def pair(text: str) -> tuple[str, str]:
    """Read `NAME=value`, split at the first equals sign; the value may be empty."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f'expected NAME=value, got "{text}"')
    return name, value


def variable(text: str) -> tuple[str, str]:
    """Read a `NAME=value` of `--var`; what is built in cannot be set, and what no manifest can name sets nothing."""
    name, value = pair(text)
    if name.startswith(_BUILT_IN):
        raise click.BadParameter(f"{name} is built in (a name may not begin with {_BUILT_IN})")
    if _VARIABLE.fullmatch(name) is None:
        expected = "a name of letters, digits, dots, underscores and hyphens, no digit first"
        raise click.BadParameter(f'expected {expected}, got "{name}"')
    return name, value


def report_target(text: str) -> tuple[str, Path]:
    """Read `FORMAT=FILE`, the file as `output_file` does."""
    form, _, file = text.partition("=")
    if form not in FORMATS or not file:
        raise click.BadParameter(f'expected FORMAT=FILE with a format of {", ".join(FORMATS)}, got "{text}"')
    if file == "-":
        raise click.BadParameter(f"expected a file (--format {form} writes to stdout)")
    return form, output_file(file)


def output_file(text: str) -> Path:
    """Read the name of a file that will be written: in a directory that exists, and no directory itself."""
    path = Path(text)
    try:
        is_there, is_directory = path.parent.is_dir(), path.is_dir()
    except OSError as error:
        raise click.BadParameter(f"{path.parent}: cannot be looked at ({error.strerror})") from None
    if not is_there:
        raise click.BadParameter(f"{path.parent}: no such directory")
    if is_directory:
        raise click.BadParameter(f"{path}: expected a file, got a directory")
    return path


def region(text: str) -> str:
    """Read the name of a Region: of another one no endpoint would answer."""
    if _REGION.fullmatch(text) is None:
        raise click.BadParameter(f'expected a region, as in eu-west-1, got "{text}"')
    return text


def role_arn(text: str) -> str:
    """Read the ARN of an IAM role."""
    if _ROLE.fullmatch(text) is None:
        raise click.BadParameter(f'expected the ARN of an IAM role, got "{text}"')
    return text


def words(*known: str) -> Callable[[str], tuple[str, ...]]:
    """Answer what reads words of a list, separated by commas."""

    def read(text: str) -> tuple[str, ...]:
        given = tuple(text.split(","))
        if unknown := [word for word in given if word not in known]:
            raise click.BadParameter(f'expected {" or ".join(known)}, got "{unknown[0]}"')
        return given

    return read


def ago(text: str) -> timedelta | datetime:
    """Read how far back: `90s`, `15m`, `24h`, `7d`, or an instant of RFC 3339 with its offset."""
    if found := _SPAN.fullmatch(text):
        number = int(found["number"][:_DIGITS])
        span = timedelta(**{_UNITS[found["unit"]]: number})
        if len(found["number"]) > _DIGITS or span > _LONGEST:
            raise click.BadParameter(f'expected at most {_LONGEST.days}d, got "{text}"')
        return span
    moment = _moment(text)
    if moment is None:
        raise click.BadParameter(f'expected 15m, 24h, 7d or an instant such as 2026-11-20T03:00:00Z, got "{text}"')
    return moment


def instant(text: str) -> datetime:
    """Read an instant of RFC 3339, with its offset."""
    moment = _moment(text)
    if moment is None:
        raise click.BadParameter(f'expected an instant with its offset such as 2026-11-20T03:00:00Z, got "{text}"')
    return moment


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
