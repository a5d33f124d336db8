"""How a container ends, in words: what an ECS task or a Batch job of the embedded AWS does instead of running an image.

    exit 3 after 40 s         ends by itself (`exit 0`: at the default time)
    runs forever              until somebody stops it
    never starts              stays where it waits for a place (ECS: PROVISIONING, Batch: RUNNABLE)
    capacity unavailable      no place: ECS answers RunTask with a failure, Batch stays RUNNABLE and says so
    cannot pull               the image cannot be pulled
    out of memory after 5 s   killed: exit code 137, OutOfMemoryError
    host terminated after 5 s the instance or the spot capacity goes

Several, one for each attempt, are joined by `, then `; the last holds for all further attempts:
`exit 1 after 5 s, then exit 0`. A manifest says it in the container's environment variable LOCAL_OUTCOME, a test by
the control endpoint of the service.
"""

import re
from dataclasses import dataclass
from typing import Literal

VARIABLE = "LOCAL_OUTCOME"
DEFAULT_SECONDS = 10.0

Ending = Literal[
    "exit",
    "runs forever",
    "never starts",
    "capacity unavailable",
    "cannot pull",
    "out of memory",
    "host terminated",
]

_WORDS = re.compile(
    r"(?:exit (?P<code>\d{1,3})|(?P<ending>runs forever|never starts|capacity unavailable|cannot pull|out of memory"
    r"|host terminated))(?: after (?P<seconds>\d+(?:\.\d+)?) ?s(?:econds?)?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one attempt ends: `code` of an exit, `seconds` after it began to run."""

    ending: Ending = "exit"
    code: int = 0
    seconds: float = DEFAULT_SECONDS


def parse(text: str) -> tuple[Outcome, ...]:
    """One outcome for each attempt that the text names. Raises ValueError on words that mean nothing."""
    return tuple(_one(words.strip()) for words in text.split(", then "))


def of_attempt(text: str, attempt: int) -> Outcome:
    """The outcome of the attempt of that number, from 1."""
    outcomes = parse(text)
    return outcomes[min(attempt, len(outcomes)) - 1]


def _one(words: str) -> Outcome:
    found = _WORDS.fullmatch(words)
    if found is None:
        raise ValueError(f"outcome: {words!r} (expected e.g. 'exit 3 after 40 s', 'runs forever', 'never starts')")
    seconds = float(found["seconds"]) if found["seconds"] else DEFAULT_SECONDS
    if found["code"] is not None:
        return Outcome(code=int(found["code"]), seconds=seconds)
    ending: Ending = found["ending"]  # type: ignore[assignment]  # the pattern has no other words
    return Outcome(ending=ending, seconds=seconds)
