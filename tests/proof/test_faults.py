"""Everything that can go wrong with a call, at the calls of the whole scenario: said in one line, mended by the next pass.

The scenario is cut into passes, each of a process of its own. In each of them, each call that it makes meets each
effect of the fault plan; then a pipeline and a loop finish the work, and the end is that of the undisturbed course. A
pass that leaves AWS as another one did needs no second proof that the work is finished from there.

By default each call meets one of the effects, by turns, and the work is finished after every launch and every other of
the rest; with `RECONCILER_PROOF=all`, all of them, and always.
"""

import itertools
import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import FrameType
from typing import Any

import pytest

from reconciler.engine import Until
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.local.embedded import Snapshot
from reconciler.model import Health, Manifests, Severity, Status, Sync
from reconciler.reports.verdict import of_pass
from tests.engine.harness import SETTINGS, WAIT
from tests.proof import ends, scenario
from tests.proof.conftest import Tell
from tests.proof.course import LATE, QUARTER, play, prepared
from tests.proof.laboratory import Laboratory, Moment, start_of

ALL = os.environ.get("RECONCILER_PROOF") == "all"
#: The SDK sends a call so often before it gives up.
TRIES = 5
LOST = "Connection was closed before we received a valid response"
#: A stream of such a name claims the submission of a Batch job; what is said where it may be another loop's.
CLAIM, ON_BATCH, CLAIMED = "logs:CreateLogStream", "batch/", "its submission was claimed less than ten minutes ago"


class Then(StrEnum):
    """What becomes of the pass."""

    MENDED = "the SDK's next try mends it, and nothing is said"
    HARMLESS = "nothing is said"
    DELAYED = "what is said is said of what must wait"
    FAILED = "the pass fails and names the call"
    STOPPED = "the pass ends at once and names the call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An effect of the fault plan, what becomes of the pass, and what is then said (of what must wait: a pattern)."""

    effect: str
    then: Then
    said: str = ""
    times: int | None = 1
    options: dict[str, Any] = field(default_factory=dict)


TROUBLES = {
    "throttled once": Trouble(effect="throttle", then=Then.MENDED, said="Exception"),
    "throttled for long": Trouble(effect="throttle", then=Then.FAILED, times=TRIES),
    "500 once": Trouble(effect="server_error", then=Then.MENDED, said="Service Unavailable"),
    "500 for long": Trouble(effect="server_error", then=Then.FAILED, said="Service Unavailable", times=TRIES),
    "never arrived": Trouble(effect="drop_before", then=Then.MENDED, said=LOST),
    "answer lost": Trouble(effect="drop_after", then=Then.MENDED, said=LOST),
    "every answer lost": Trouble(effect="drop_after", then=Then.FAILED, said=LOST, times=TRIES),
    "denied": Trouble(effect="deny", then=Then.FAILED, said="is not allowed on"),
    "credentials expired": Trouble(effect="expired", then=Then.STOPPED, said="get new credentials", times=None),
    # a pass that has launches left looks again, and may see who has failed by then, or what it has claimed itself
    "slow": Trouble(
        effect="slow",
        then=Then.DELAYED,
        said=f"looked at too long|runs it again|{CLAIMED}",
        options={"seconds": 400.0},
    ),
    "lagging": Trouble(effect="lag", then=Then.HARMLESS, times=None, options={"seconds": 60.0}),
    "in pages of one": Trouble(effect="page", then=Then.HARMLESS, times=None),
    "partly refused": Trouble(effect="failures", then=Then.DELAYED, said="AGENT", options={"reason": "AGENT"}),
}
#: What AWS answers 200 to and refuses all the same.
WITH_FAILURES = frozenset({"ecs:RunTask", "ecs:DescribeTasks"})
#: Who asks what nobody needs to know: what cannot be read counts as used, and is kept; how a run by hand has ended is
#: written down by the next pass.
DISPENSABLE = frozenset({"reconciler.engine.users", "reconciler.engine.unfollowed"})
#: What may be refused, though not fail: the rule that keeps how runs end, and taking our tags off what is INACTIVE.
REFUSABLE = frozenset({"events:DescribeRule", "ecs:UntagResource", "batch:UntagResource"})
#: What must not happen twice: here every call loses its answer.
LAUNCHES = frozenset({"ecs:RunTask", "batch:SubmitJob"})
#: What the names of calls that change nothing begin with.
READS = ("Describe", "Filter", "Get", "List")
#: Lists the children of an array: while the failed one is not listed yet, its number is not among the reasons.
CHILDREN = "batch:ListJobs"
#: Sent once, since it has no token: the SDK's next try mends nothing.
SENT_ONCE = "batch:SubmitJob"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A call of an undisturbed pass: with which members, and whether nobody needs its answer."""

    members: Mapping[str, Any]
    dispensable: bool
    #: Claims a launch that has no token: whether a claim that is there already was one's own cannot be known.
    claims_for_good: bool = False

    @property
    def places_many(self) -> bool:
        """Whether it launches several tasks, of which some may be refused."""
        return int(self.members.get("count", 1)) > 1

    @property
    def job(self) -> str:
        """The job that it launches."""
        start = start_of(self.members)
        assert start is not None
        return start.job


@dataclass(slots=True, kw_only=True)
class Stage:
    """A moment at which a pass begins, what that pass calls, and what it says undisturbed."""

    begins: Moment
    calls: dict[str, list[Made]]
    says: frozenset[str]


@dataclass(slots=True, kw_only=True)
class Course:
    """The undisturbed course in stages, the end that it comes to, and from where it is known to come there."""

    laboratory: Laboratory
    manifests: Manifests
    stages: list[Stage] = field(default_factory=list)
    end: dict[str, Any] = field(default_factory=dict)
    proven: dict[Snapshot, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    without_events = {**scenario.PRESENT, "settings": SETTINGS}
    with prepared(tmp_path_factory.mktemp("scenario"), without_events) as (laboratory, manifests):
        course = Course(laboratory=laboratory, manifests=manifests)
        start = laboratory.moment()
        play(laboratory, manifests)
        course.end = ends.unnumbered(ends.standing(laboratory))
        laboratory.back_to(start)
        for seconds in (0.0, 20.0, 45.0):
            laboratory.aws.advance(seconds)
            _stage(course)
        laboratory.process(manifests).wait(Until.ONCE, WAIT)
        laboratory.aws.advance(QUARTER - laboratory.aws.now() % QUARTER + LATE)
        _stage(course)
        yield course


def _stage(course: Course) -> None:
    laboratory = course.laboratory
    begins = laboratory.moment()
    laboratory.aws.calls.clear()
    asked_by: list[bool] = []
    laboratory.met = lambda: asked_by.append(_is_dispensable())
    _, says = passed(course)
    laboratory.met = lambda: None
    calls: dict[str, list[Made]] = {}
    for call, dispensable in zip(laboratory.aws.calls, asked_by[::2], strict=True):
        claims = call.name == CLAIM and call.members["logStreamName"].startswith(ON_BATCH)
        made = Made(members=call.members, dispensable=dispensable, claims_for_good=claims)
        calls.setdefault(call.name, []).append(made)
    course.stages.append(Stage(begins=begins, calls=dict(sorted(calls.items())), says=says))


def _is_dispensable() -> bool:
    """Whether the call that is being made is one that nobody needs, by who makes it."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_globals["__name__"] not in DISPENSABLE:
        frame = frame.f_back
    return frame is not None


def passed(course: Course) -> tuple[ExitCode, frozenset[str]]:
    """Make one pass, and answer its exit code and everything that it says has failed or must wait."""
    try:
        report = course.laboratory.process(course.manifests).apply()
    except ReconcilerError as error:
        return error.exit_code, frozenset({str(error)})
    said = [step.error for step in report.steps]
    said += [step.reason for step in report.steps if step.status is Status.SKIPPED]
    said += [job.message for job in report.jobs if job.sync is Sync.ERROR]
    said += [problem.message for problem in report.problems if problem.severity is Severity.ERROR]
    return of_pass(report), frozenset(filter(None, said))


@pytest.mark.parametrize("name", TROUBLES)
def test_whatever_goes_wrong_is_said_and_the_next_pass_mends_it(course: Course, name: str, tell: Tell) -> None:
    trouble, tried, faults, known = TROUBLES[name], 0, [], len(course.proven)
    turns = itertools.count(list(TROUBLES).index(name))
    for number, stage in enumerate(course.stages):
        for action, skip in touched(stage, trouble, turns):
            tried += 1
            where = f"pass {number + 1}, {action} ({skip + 1}) {name}"
            faults += [f"{where}: {fault}" for fault in met(course, stage, action, trouble, skip)]
            if ALL or action in LAUNCHES or tried % 2:
                faults += [f"{where}: {fault}" for fault in followed(course, stage.calls[action][skip], trouble)]
    left = len(course.proven) - known
    tell(f"faults: {name} at {tried} calls of {len(course.stages)} passes, which left {left} worlds that were new")
    assert not faults, "\n".join(faults)


def touched(stage: Stage, trouble: Trouble, turns: Iterator[int]) -> Iterator[tuple[str, int]]:
    """Answer the calls of a pass that meet a trouble: an action, and how many calls of it come before."""
    for action, calls in stage.calls.items():
        if trouble.effect == "failures" and action not in WITH_FAILURES:
            continue
        every = ALL or trouble.effect == "failures" or (trouble.effect == "drop_after" and action in LAUNCHES)
        for skip in range(len(calls)):
            if next(turns) % len(TROUBLES) == 0 or every:
                yield action, skip


def met(course: Course, stage: Stage, action: str, trouble: Trouble, skip: int) -> Iterator[str]:
    """Let an action meet trouble in a pass, and answer what is wrong with how that ended and what it said."""
    laboratory = course.laboratory
    laboratory.back_to(stage.begins)
    fault = laboratory.aws.faults.add(action, trouble.effect, skip=skip, times=trouble.times, **trouble.options)
    code, said = passed(course)
    laboratory.aws.faults.clear()
    if not fault.touched:
        yield "the fault met no call"
    yield from told(action, trouble, stage.calls[action][skip], code, said - stage.says)
    if trouble.then is Then.STOPPED:
        yield from (f"goes on with {call}" for call in written_after_the_end(laboratory))


def followed(course: Course, made: Made, trouble: Trouble) -> Iterator[str]:
    """Let the work be finished from what that pass has left, and answer what is not as it should be."""
    left = course.laboratory.aws.snapshot()
    if left not in course.proven:
        lost = {made.job} if trouble.effect == "failures" and made.places_many else set()
        course.proven[left] = list(finished(course, lost))
    yield from course.proven[left]


def expected(action: str, trouble: Trouble, made: Made) -> Then:
    """Answer what becomes of a pass of which this action meets that trouble."""
    if action == SENT_ONCE and trouble.effect == "throttle":
        return Then.DELAYED
    if action == SENT_ONCE and trouble.effect == "drop_after":  # the job is found by its name at once
        return Then.HARMLESS
    if action == SENT_ONCE and trouble.then is Then.MENDED:
        return Then.FAILED
    if action == CHILDREN and trouble.effect == "lag":
        return Then.DELAYED
    if is_lost_claim(trouble, made):
        return Then.DELAYED
    if action in REFUSABLE and trouble.effect == "deny":
        return Then.HARMLESS
    if made.dispensable and trouble.then is Then.FAILED:
        return Then.HARMLESS
    return trouble.then


def is_lost_claim(trouble: Trouble, made: Made) -> bool:
    """Whether the answer to a claim was lost and the SDK's next try is told that there is one, by whomever."""
    return made.claims_for_good and trouble.effect == "drop_after" and trouble.then is Then.MENDED


def told(action: str, trouble: Trouble, made: Made, code: ExitCode, news: frozenset[str]) -> Iterator[str]:
    """Say what is wrong with how the pass ended and what it said."""
    then = expected(action, trouble, made)
    said = CLAIMED if is_lost_claim(trouble, made) else trouble.said
    yield from (f"more than one line: {text!r}" for text in news if "\n" in text)
    match then:
        case Then.MENDED | Then.HARMLESS if news:
            yield f"says {sorted(news)}, expected nothing"
        case Then.DELAYED if not all(re.search(said, text) for text in news):
            yield f"says {sorted(news)}, expected {said!r}"
        case Then.FAILED | Then.STOPPED:
            operation = action.partition(":")[2]
            if not any(operation in text and trouble.said in text for text in news):
                yield f"says {sorted(news)}, expected {operation} and {trouble.said!r}"
            if code is not ExitCode.FAILED:
                yield f"exit code {code}"


def written_after_the_end(laboratory: Laboratory) -> list[str]:
    """Answer the calls that would have changed something after the credentials expired; reads may be on their way."""
    calls = [(call.outcome.startswith("ExpiredToken"), call) for call in laboratory.aws.calls]
    first = next((place for place, (expired, _) in enumerate(calls) if expired), len(calls))
    return [call.name for _, call in calls[first + 1 :] if not call.operation.startswith(READS)]


def finished(course: Course, lost: Collection[str]) -> Iterator[str]:
    """Let a pipeline and a loop finish the work, and answer what is not as it would be undisturbed.

    The `lost` were placed in part: they are stopped, have failed and are never topped up.
    """
    laboratory, manifests = course.laboratory, course.manifests
    report = play(laboratory, manifests)
    held_back = ends.waiting_for(lost, manifests.jobs)
    yield from ends.of_one_shots(laboratory, manifests, report, without={*lost, *held_back})
    yield from ends.of_slots(laboratory, manifests)
    yield from ends.of_things(course.end, ends.unnumbered(ends.standing(laboratory)), held_back)
    health = {job.name: job.health for job in report.jobs}
    yield from (f"{name} is {health[name]}, placed in part" for name in lost if health[name] is not Health.FAILED)
    yield from (
        f"{name} is {health[name]}, though it waits" for name in held_back if health[name] is not Health.NEVER_RAN
    )
