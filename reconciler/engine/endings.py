"""Tell people of runs that go on and of those that have ended, and show the log of those that failed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from reconciler.core import run_views
from reconciler.core.memory import Event, Memory, after
from reconciler.core.plan import JobSeen
from reconciler.engine import run_logs
from reconciler.engine.context import Context
from reconciler.engine.memories import trigger_of
from reconciler.engine.observe import Observation
from reconciler.engine.run_logs import LAST_LINES, LogsSeen
from reconciler.errors import AwsCallError
from reconciler.model import Run, RunState, Spec

#: Whoever prints what containers wrote.
Told = Callable[[LogsSeen], None]


def tell(context: Context, observation: Observation, told: Told) -> None:
    """Tell of each run that goes on, and of each attempt that was just seen to have ended.

    `told` is given the last lines of one that failed.
    """
    runs = (*_ended(observation), *_ended_slots(observation), *_going(observation))
    known = run_logs.definitions(context, (run for run in runs if run.state is RunState.FAILED))
    for run in runs:
        context.listen(run)
        if run.state is RunState.FAILED:
            show_last_lines(context, run, told, known)


def _ended(observation: Observation) -> Iterator[Run]:
    for ending in observation.unrecorded:
        memory = ending.memory
        for event in ending.events:
            memory = after(memory, event)
        if memory.last is not None and memory.last.ended is not None:
            yield run_views.of_attempt(ending.job, trigger_of(memory.stream), memory.last, ending.executions)


def _ended_slots(observation: Observation) -> Iterator[Run]:
    ended = {(told.job, event["slot"]) for told in observation.untold for event in told.events if _is_end(event)}
    for entry in observation.seen.jobs:
        for memory in entry.slots.memory.runs if entry.slots is not None else ():
            if (entry.job.name, memory.generation) in ended:
                yield from _run(entry, memory)


def _is_end(event: Event) -> bool:
    return bool(event["event"] == "ended")


def _going(observation: Observation) -> Iterator[Run]:
    for entry in observation.seen.jobs:
        for memory in entry.memories:
            if memory.going:
                yield from _run(entry, memory)


def _run(entry: JobSeen, memory: Memory) -> Iterator[Run]:
    known = entry.one_shot or entry.slots
    if known is not None and memory.last is not None:
        trigger, main = trigger_of(memory.stream), known.bounds.main
        yield run_views.of_attempt(entry.job.name, trigger, memory.last, known.executions, main)


def show_last_lines(context: Context, run: Run, told: Told, known: Mapping[str, Spec] | None = None) -> None:
    """Give `told` the last lines of a run; that they cannot be read is said, and is nobody's failure.

    `known` is what definitions hold, where that was asked for already.
    """
    try:
        streams = run_logs.streams(context, run, known=known)
        seen = replace(run_logs.read(context, streams, last=LAST_LINES), of=run.job)
    except AwsCallError as error:
        seen = LogsSeen(notes=(f"{run.job}: {error}",))
    told(seen)
