"""How a container of the embedded AWS ends: a small language, for manifests, seeds and tests.

Nothing really runs here, so something must say what would have come of it. For a container of ECS that is, first found:
1. what a control call planned (`/_local/ecs/outcome`, `LocalAws.outcome`), which may name a family and a container;
2. the environment variable `LOCAL_OUTCOME` (a run's override before the definition);
3. the docker label `local.outcome`;
4. `exit 0 after 5s` for an essential container, `runs forever` for another, `exit 0 after 1s` where one awaits its end.

An outcome is clauses with `;` between them:

    exit 3 after 40s          exits with that code, so long after it started (default: 5s)
    runs forever              until somebody stops it
    out of memory after 10s   killed for its memory: exit code 137
    spot interruption after 60s     the task is taken by EC2 Spot
    host terminated after 60s       the machine under the task goes away
    never starts              stays PENDING until somebody stops it
    cannot pull               the image cannot be pulled: CannotPullContainerError
    cannot initialize         secrets or registry cannot be reached: ResourceInitializationError
    capacity unavailable      RunTask answers 200 with this failure
    fails RESOURCE:MEMORY     RunTask answers 200 with this failure
    starts after 90s          PENDING for so long (default: 10s)
    ignores SIGTERM           only ends when it is killed: exit code 137 instead of 143
    log some text             a line when it starts; `log some text after 20s` later

Durations: `500ms`, `40s`, `40 s`, `40`, `3m`, `2h`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

VARIABLE: Final = "LOCAL_OUTCOME"
LABEL: Final = "local.outcome"
CAPACITY: Final = "Capacity is unavailable at this time. Please try again later or in a different availability zone"

_PLAIN: Final = (
    *("runs forever", "out of memory", "spot interruption", "host terminated"),
    *("never starts", "cannot pull", "cannot initialize"),
)
_UNITS: Final[Mapping[str, float]] = {"ms": 0.001, "": 1, "s": 1, "m": 60, "h": 3600}
_AFTER: Final = re.compile(r"\s+after\s+(\d+(?:\.\d+)?)\s*(ms|s|m|h|)$")
_EXIT: Final = re.compile(r"exit\s+(\d{1,3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of a container; `after` is the seconds from its start to its end."""

    end: str = "exit"
    exit_code: int = 0
    after: float = 5.0
    starts_after: float | None = None
    reason: str = ""
    deaf: bool = False
    logs: tuple[tuple[float, str], ...] = ()

    @property
    def ends_by_itself(self) -> bool:
        """Whether the container runs and then ends without anybody stopping it."""
        return self.end in ("exit", "out of memory", "spot interruption", "host terminated")


def parse(text: str) -> Outcome:
    """What `text` says. Raises ValueError, naming the clause that says nothing."""
    outcome = Outcome()
    for clause in filter(None, (part.strip() for part in text.split(";"))):
        outcome = _clause(outcome, clause)
    return outcome


def _clause(outcome: Outcome, clause: str) -> Outcome:
    found = _AFTER.search(clause)
    words = clause[: found.start()] if found else clause
    after = float(found[1]) * _UNITS[found[2]] if found else None
    if words.startswith("log "):
        return replace(outcome, logs=(*outcome.logs, (after or 0.0, words[4:].strip())))
    if words == "starts" and after is not None:
        return replace(outcome, starts_after=after)
    if words == "ignores SIGTERM":
        return replace(outcome, deaf=True)
    if words == "capacity unavailable":
        return replace(outcome, end="fails", reason=CAPACITY)
    if words.startswith("fails "):
        return replace(outcome, end="fails", reason=words[6:].strip())
    ended = outcome.after if after is None else after
    if code := _EXIT.fullmatch(words):
        return replace(outcome, end="exit", exit_code=int(code[1]), after=ended)
    if words in _PLAIN:
        return replace(outcome, end=words, exit_code=137 if words == "out of memory" else 143, after=ended)
    raise ValueError(f"outcome: {clause!r} (expected such as 'exit 3 after 40s', see reconciler.local.outcomes)")


def marked(environment: Mapping[str, str], labels: Mapping[str, str]) -> str | None:
    """The outcome that a container's own variables or labels tell."""
    return environment.get(VARIABLE) or labels.get(LABEL)
