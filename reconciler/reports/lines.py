"""Lines of styled text: written once, coloured only where there is a terminal."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    """What a piece of text is, in the words of rich's styles."""

    NORMAL = ""
    STRONG = "bold"
    QUIET = "dim"
    GOOD = "green"
    CHANGED = "yellow"
    BAD = "bold red"
    GONE = "red"
    STARTED = "cyan"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line in one style."""

    text: str
    style: Style = Style.NORMAL


Line = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    """Answer a line; bare text is in no style."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def plain(lines: Iterable[Line]) -> str:
    """Answer lines without their styles, no line ending in blanks."""
    return "".join("".join(span.text for span in each).rstrip() + "\n" for each in lines)
