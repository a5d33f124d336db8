"""What of a report is kept where not all of it fits: the gravest first, shown in the order in which it was found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Weight(IntEnum):
    """How much an entry matters; what comes later is left out first."""

    FAILED = 0
    WARNED = 1
    DIFFERS = 2
    ALSO_WARNED = 3
    TOLD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the section below `heading`."""

    heading: str
    text: str
    weight: Weight


def fitted(entries: Sequence[Entry], room: int) -> Sequence[Entry]:
    """Answer the entries that fit into `room` bytes with their headings, a line end behind each, in their order."""
    kept: list[int] = []
    headings: set[str] = set()
    for position in sorted(range(len(entries)), key=lambda position: entries[position].weight):
        entry = entries[position]
        room -= len(entry.text.encode()) + 1
        room -= 0 if entry.heading in headings else len(entry.heading.encode()) + 1
        if room < 0:
            break
        headings.add(entry.heading)
        kept.append(position)
    return [entries[position] for position in sorted(kept)]


def below_headings(entries: Iterable[Entry]) -> Sequence[str]:
    """Answer the texts of entries, each section's behind its heading."""
    texts: list[str] = []
    heading = ""
    for entry in entries:
        if entry.heading != heading:
            heading = entry.heading
            texts.append(heading)
        texts.append(entry.text)
    return texts
