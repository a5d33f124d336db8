"""What a loop tells: each pass, and everything else once, when it changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from reconciler.engine.watch_alarm import Wake
from reconciler.model import Health, Problem, Report, Run, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The health of a job has changed between two passes."""

    job: str
    before: Health
    after: Health
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A pass was made: what it did, what moved by itself, what has drifted, and who fails newly or no longer.

    `failing` are errors by job that were not told before; `calls` counts what the session has sent to AWS so far, and
    `throttles` what AWS refused of it for now. `commit` is what the directory was at.
    """

    number: int
    woken_by: Collection[Wake]
    report: Report
    done: tuple[Step, ...] = ()
    moved: tuple[Moved, ...] = ()
    drifted: tuple[str, ...] = ()
    failing: Mapping[str, str] = field(default_factory=dict)
    recovered: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    throttles: Mapping[str, int] = field(default_factory=dict)
    commit: str = ""

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to tell about it."""
        return not (self.done or self.moved or self.failing or self.recovered or self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassFailed:
    """A pass could not be made as a whole; `news` unless the one before it failed for the same reason."""

    error: str
    retried_in: float
    news: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PassesAgain:
    """After failures, a pass was made again."""

    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """The directory has errors: these were not told before; `kept` go on as they were last valid.

    `known` is False while nothing of the directory was ever valid, so that no pass can be made.
    """

    problems: tuple[Problem, ...]
    kept: tuple[str, ...]
    known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Nothing of the directory was ever valid, so no pass can be made; told at every look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Valid:
    """The directory has no errors any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """The directory's checkout has moved on."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullFailed:
    """The checkout cannot follow its upstream, for this reason; told once for as long as that stays so."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullsAgain:
    """The checkout follows its upstream again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that a person should know, told once: `warning` where it should not stay so."""

    message: str
    warning: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The loop begins."""

    directory: str
    interval: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The loop ends; runs go on. `cut_short` says why it did not wait for what was under way, where it did not."""

    passes: int
    cut_short: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsSeen:
    """The newest runs, newest first; told after a pass in which one of them may have changed."""

    runs: tuple[Run, ...]


Told = (
    RunsSeen
    | Passed
    | PassFailed
    | PassesAgain
    | Invalid
    | Waiting
    | Valid
    | Pulled
    | PullFailed
    | PullsAgain
    | Said
    | Started
    | Stopped
)
