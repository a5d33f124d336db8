"""How the scenario must have ended, and what is not as it should be."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

from reconciler.core.run_keys import slot_trigger
from reconciler.core.slot_memory import slot_text
from reconciler.core.slots import instants
from reconciler.model import Engine, Health, Job, Manifests, Report, Schedule
from tests.proof import scenario
from tests.proof.course import QUARTER
from tests.proof.laboratory import Laboratory, Start

#: What an ARN of a definition ends with, and what AWS fills in where nothing was said.
_REVISION = re.compile(r"(?<=[a-z]):\d+(?=\")")
_EMPTY = re.compile(r'"SecurityGroups":\[\],')


def standing(laboratory: Laboratory) -> dict[str, Any]:
    """Answer everything that stays on AWS, by the name of its job."""
    return {
        **{f"definition {name}": tags for name, tags in laboratory.active().items()},
        **{f"schedule {name}": said for name, said in laboratory.schedules().items()},
        **{f"log group {name}": days for name, days in laboratory.log_groups().items()},
        **laboratory.event_rules(),
    }


def unnumbered(things: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the same without the numbers of revisions, of each definition the newest.

    A registration whose answer was lost is made again, and two that begin at once may both make one.
    """
    found: dict[str, Any] = {}
    for name, said in sorted(things.items(), key=lambda item: (len(item[0]), item[0])):
        if name.startswith("definition "):
            said = {
                tag: value for tag, value in said.items() if tag not in {"reconciler:verified", "reconciler:commit"}
            }
            found[name.rpartition(":")[0]] = said
        elif name.startswith("schedule "):
            found[name] = {**said, "Target": _REVISION.sub("", _EMPTY.sub("", said["Target"]["Input"]))}
        else:
            found[name] = said
    return found


def waiting_for(names: Collection[str], jobs: Collection[Job]) -> set[str]:
    """Answer the jobs that wait for any of these, or for one that waits for them."""
    found: set[str] = set()
    while more := {job.name for job in jobs if {*job.depends_on} & {*names, *found}} - found:
        found |= more
    return found


def of_one_shots(
    laboratory: Laboratory,
    manifests: Manifests,
    report: Report,
    doubtful: Collection[str] = (),
    before: Mapping[Start, int] | None = None,
    runs: Collection[str] = (),
    without: Collection[str] = (),
) -> Iterator[str]:
    """Say which one-shot did not end as it would undisturbed, or was started more or less often.

    The `doubtful` may be Unknown instead: then they, and what waits for them, were not started after `before`. Where
    `runs` are given, no others count; jobs `without` an end that can be told before are left out.
    """
    ends = {job.name: job.health for job in report.jobs}
    starts = Counter({start: count for start, count in laboratory.starts().items() if not runs or start.run in runs})
    held_back = waiting_for([name for name in doubtful if ends[name] is Health.UNKNOWN], manifests.jobs)
    for name, expected in scenario.ENDS.items():
        if name in without:
            continue
        unknown = ends[name] is Health.UNKNOWN and name in doubtful
        if unknown or name in held_back:
            if _of(name, starts) != _of(name, before or {}):
                yield f"{name} is {ends[name]} and was launched again"
        elif ends[name] is not expected:
            yield f"{name} is {ends[name]}, expected {expected}"
        else:
            yield from _once_only(name, starts)


def _of(name: str, starts: Mapping[Start, int]) -> dict[Start, int]:
    return {start: count for start, count in starts.items() if start.job == name}


def _once_only(name: str, starts: Counter[Start]) -> Iterator[str]:
    found = {(start.run, start.attempt): count for start, count in _of(name, starts).items()}
    tried = {attempt: count for (_, attempt), count in found.items()}
    expected = {attempt: count for (job, attempt), count in scenario.STARTED.items() if job == name}
    if tried != expected or len(found) != len(tried):
        yield f"{name} was started {found} times, expected by attempt {expected}"


def of_slots(
    laboratory: Laboratory, manifests: Manifests, standstills: Collection[tuple[float, float]] = ()
) -> Iterator[str]:
    """Say which slot was started twice, or not although it should have been.

    The loop owes the newest slot, but for one whose deadline went by in one of the `standstills` of everybody, which is
    on record as skipped; EventBridge owes every one since its schedule was made.
    """
    made = laboratory.made()
    for job in manifests.jobs:
        if not isinstance(job.trigger, Schedule):
            continue
        started = {start.run: count for start, count in _of(job.name, laboratory.starts()).items()}
        yield from (f"{slot} of {job.name} was started {count} times" for slot, count in started.items() if count != 1)
        newest = laboratory.now() - timedelta(seconds=QUARTER)
        since = made.get(job.name, newest) if job.trigger.engine is Engine.EVENTBRIDGE else newest
        owed = {slot_text(slot): slot for slot in instants(job.trigger, since, laboratory.now())}
        skipped = {
            event["slot"]
            for event in laboratory.ledger().get(f"schedule/{job.name}", ())
            if event["event"] == "skipped" and event["slot"] in owed
        }
        deadline = timedelta(seconds=job.trigger.starting_deadline_seconds)
        excused = {slot for slot in skipped if _within((owed[slot] + deadline).timestamp(), standstills)}
        yield from (
            f"slot:{slot} of {job.name} was not started"
            for slot in sorted(owed.keys() - excused)
            if slot_trigger(slot) not in started
        )


def _within(instant: float, spans: Collection[tuple[float, float]]) -> bool:
    return any(begin <= instant < end for begin, end in spans)


def of_things(expected: Mapping[str, Any], found: Mapping[str, Any], held_back: Collection[str] = ()) -> Iterator[str]:
    """Say what is not on AWS as it would be undisturbed, but for what waits."""
    for name in sorted(expected.keys() | found.keys()):
        job = name.rpartition("/")[2].partition(":")[0]
        if expected.get(name) != found.get(name) and job not in held_back:
            yield f"{name} is {found.get(name)}, expected {expected.get(name)}"
