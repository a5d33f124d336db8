"""Read what the ledger remembers of the directory's one-shots, and what AWS tells of their tasks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from reconciler.aws.ledger import StreamRecord
from reconciler.core import attempts
from reconciler.core.attempts import Bounds
from reconciler.core.generation import generations
from reconciler.core.memory import Event, Memory, after, remember
from reconciler.core.oneshots import OneShot
from reconciler.engine.context import Context
from reconciler.engine.definitions import body
from reconciler.engine.executions import REFUSED, all_described, by_place, kind_of_definition
from reconciler.model import Execution, Family, Job, Linked, Once, Owned, Revision, Shared, Spec

_PREFIX = "once/"
_PARTS = 4


def stream(job: str, generation: str, n: int) -> str:
    """Name the ledger stream whose existence claims the `n`th run of a generation."""
    return f"{_PREFIX}{job}/{generation}/{n}"


def trigger_of(stream: str) -> str:
    """Answer the trigger of a stream's run: `once/<job>/<generation>/<n>` is `once:<generation>/<n>`."""
    kind, _, rest = stream.split("/", 2)
    return f"{kind}:{rest}"


def is_one_shot(stream: str) -> bool:
    """Answer whether a run's stream is that of a one-shot."""
    return stream.startswith(_PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecorded:
    """What was seen of a run for the first time: the events that `memory` lacks, and the tasks that tell of them."""

    job: str
    memory: Memory
    events: tuple[Event, ...]
    executions: Mapping[str, Execution]


@dataclass(frozen=True, slots=True, kw_only=True)
class Memories:
    """The one-shots by job as they stand, why others could not be looked at, and what is still to be recorded."""

    one_shots: Mapping[str, OneShot] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    unrecorded: tuple[Unrecorded, ...] = ()

    def commit(self, job: Job) -> str | None:
        """Answer the commit under which the job's present generation was last launched."""
        shot = self.one_shots.get(job.name)
        last = shot.memory.last if shot is not None and shot.memory is not None else None
        return last.commit if last is not None else None

    @classmethod
    def read(
        cls,
        context: Context,
        jobs: Sequence[Job],
        families: Mapping[str, Family],
        linked: Mapping[str, Revision],
        now: datetime,
    ) -> "Memories":
        """Look up the present generation of every one-shot among `jobs`, and its tasks where it is not finished.

        Of generations that were superseded while they ran it is only looked up how they have ended.
        """
        once = [job for job in jobs if isinstance(job.trigger, Once)]
        if not once:
            return cls()
        known = _by_job(context, context.backends.ledger.read(_PREFIX))
        shots: dict[str, OneShot] = {}
        superseded: list[tuple[Job, Memory]] = []
        for job in once:
            names = present_generations(context, job, linked.get(job.name))
            memories = [memory for name in (job.name, *job.former_names) for memory in known.get(name, ())]
            memory, before = _recall(job, names, memories)
            superseded += [(job, each) for each in memories if each.generation not in names and _may_go_on(each)]
            shots[job.name] = OneShot(
                generation=names[0],
                bounds=bounds(context, job, families.get(job.name), linked.get(job.name)),
                memory=memory,
                ran_before=before,
            )
        executions, errors = _executions(context, once, shots)
        settled = _settled({name: shot for name, shot in shots.items() if name not in errors}, executions, now)
        unrecorded = (*settled.unrecorded, *_superseded(context, superseded, shots, now))
        return replace(settled, errors=errors, unrecorded=unrecorded)


def present_generations(context: Context, job: Job, linked: Revision | None) -> tuple[str, ...]:
    """Answer the job's present generation under every version of the hash."""
    shared: Spec | None = None
    if isinstance(job.definition, Shared):
        owner = context.jobs[job.definition.job]
        shared = owner.definition.body if isinstance(owner.definition, Owned) else None
    bare = isinstance(job.definition, Linked) and ":" not in job.definition.reference
    return generations(job, shared=shared, linked_revision=linked.number if bare and linked is not None else None)


def bounds(context: Context, job: Job, family: Family | None, linked: Revision | None) -> Bounds:
    """Answer what the job says about its runs, with its main container looked up where the author left it open."""
    latest = linked or (family.latest if family is not None else None)
    return context.kind(job).bounds(job, body(context, job, latest))


def recall(stream: str, record: StreamRecord) -> Memory:
    """Read one stream back into a memory; a one-shot's name says the generation and the number."""
    _, _, generation, *n = stream.split("/")
    return remember(stream, generation, int(n[0]) if n else 0, record.created, record.events)


def _by_job(context: Context, records: Mapping[str, StreamRecord]) -> Mapping[str, Sequence[Memory]]:
    found: dict[str, list[Memory]] = {}
    for name, record in records.items():
        parts = name.split("/")
        if len(parts) == _PARTS and parts[-1].isdigit():
            memory = context.known.runs.of(name, record, partial(recall, name, record))
            found.setdefault(parts[1], []).append(memory)
    return found


def _recall(job: Job, present: Sequence[str], memories: Sequence[Memory]) -> tuple[Memory | None, bool]:
    """Answer the newest run of the present generation, and whether other generations ever ran.

    What a person has asked for again is the newest, also where whoever was to launch it did not come so far.
    """
    same = [memory for memory in memories if memory.generation in present]
    newest = max(same, key=lambda memory: memory.n, default=None)
    if newest is not None and newest.retried is not None:
        newest = next_number(job, newest, newest.retried)
    return newest, len(same) < len(memories)


def next_number(job: Job, memory: Memory, asked: datetime) -> Memory:
    """Answer the run that a person has asked for after `memory`, of which nothing is known yet."""
    n = memory.n + 1
    return Memory(stream=stream(job.name, memory.generation, n), generation=memory.generation, n=n, claimed=asked)


def _may_go_on(memory: Memory) -> bool:
    """Answer whether the last attempt of a run was started whole, and its end is not on record."""
    last = memory.last
    return memory.final is None and last is not None and last.ended is None and (last.placed or bool(last.stopping))


def _executions(
    context: Context, jobs: Sequence[Job], shots: Mapping[str, OneShot]
) -> tuple[Mapping[str, Execution], Mapping[str, str]]:
    """Describe the tasks of every attempt that has not ended, in one round for each cluster; say by job why not."""
    memories = ((job, shots[job.name].memory) for job in jobs)
    going = [
        (job, memory.last, memory.claimed)
        for job, memory in memories
        if memory is not None and memory.final is None and memory.last is not None
        if memory.last.ended is None and memory.last.ids
    ]
    asked = by_place((job.kind, last.target, last.ids, claimed) for job, last, claimed in going)
    found, untold = all_described(context, asked)
    for error in untold.values():
        if not isinstance(error, REFUSED):
            raise error
    return found, {job.name: str(untold[last.ids[0]]) for job, last, _ in going if last.ids[0] in untold}


def _settled(shots: Mapping[str, OneShot], executions: Mapping[str, Execution], now: datetime) -> Memories:
    settled: dict[str, OneShot] = {}
    unrecorded: list[Unrecorded] = []
    for name, shot in shots.items():
        memory = shot.memory
        if memory is None:
            settled[name] = shot
            continue
        mine = {key: executions[key] for key in (memory.last.ids if memory.last else ()) if key in executions}
        events = attempts.settle(memory, mine, shot.bounds, now)
        if events:
            unrecorded.append(Unrecorded(job=name, memory=memory, events=events, executions=mine))
        for event in events:
            memory = after(memory, event)
        settled[name] = OneShot(
            generation=shot.generation,
            bounds=shot.bounds,
            memory=memory,
            executions=mine,
            ran_before=shot.ran_before,
        )
    return Memories(one_shots=settled, unrecorded=tuple(unrecorded))


def _superseded(
    context: Context, runs: Iterable[tuple[Job, Memory]], shots: Mapping[str, OneShot], now: datetime
) -> Iterator[Unrecorded]:
    """Yield how runs have ended that were superseded: that decides where somebody goes back to them.

    What AWS does not tell now keeps nothing else from being done; a later pass asks again.
    """
    going = [
        (job, memory, last, kind)
        for job, memory in runs
        if (last := memory.last) is not None and (kind := kind_of_definition(context, last.definition)) is not None
    ]
    asked = by_place((kind, last.target, last.ids, memory.claimed) for _, memory, last, kind in going)
    found, untold = all_described(context, asked)
    for job, memory, last, _ in going:
        if not untold.keys().isdisjoint(last.ids):
            continue
        mine = {key: found[key] for key in last.ids if key in found}
        events = attempts.settle(memory, mine, _as_far_as_they_fit(shots[job.name].bounds, mine), now)
        if events:
            yield Unrecorded(job=job.name, memory=memory, events=events, executions=mine)


def _as_far_as_they_fit(bounds: Bounds, executions: Mapping[str, Execution]) -> Bounds:
    """Answer what the job says of its runs now, for one of another generation, whose main container may be another."""
    containers = {end.name for execution in executions.values() for end in execution.containers}
    return bounds if bounds.main in containers else replace(bounds, main=None)
