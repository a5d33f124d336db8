"""What a reconciler's process and the test that started it say to each other: one says, then waits for the other."""

from dataclasses import dataclass
from enum import StrEnum

from reconciler.core.ownership import Commit
from reconciler.local.dispatch import Dropped
from reconciler.local.wire import Answer, Request
from reconciler.model import Report


class Verb(StrEnum):
    """What a process does in its life."""

    WAIT = "wait for the one-shots, as a pipeline does"
    LOOP = "make one pass after the other until it is killed"
    APPLY = "make one pass"
    PLAN = "plan"
    DRIFT = "look for differences"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A process to begin: what it does, on which of the directories that the nursery has read, at which commit.

    `chance` is what the SDK's own tokens are drawn from. A `rehearsal` is worked off by the nursery itself, so that
    whatever is made when it is first needed is there in every process after it.
    """

    verb: Verb
    directory: str
    commit: Commit | None = None
    chance: str = ""
    rehearsal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """It has sent a request, and waits for the answer."""

    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What came of its work: the report without its steps, and whether it found nothing to do and nothing goes on."""

    report: Report
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleeps:
    """It waits for so many seconds to pass; a loop between two passes says what came of the last one."""

    seconds: float
    passed: Passed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """It has done what it was told to; `failure` is the traceback of what it did not expect."""

    passed: Passed | None = None
    failure: str = ""


Said = Asks | Sleeps | Ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The answer to what it said, and the virtual time, epoch seconds."""

    now: float
    answer: Answer | Dropped | None = None
