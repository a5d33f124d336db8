"""Look at the runs of schedules: what the ledger remembers of them, and what AWS tells of their tasks and jobs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.aws.concurrent import all_of
from reconciler.core import chronicle, ownership, prune, run_keys, slot_memory, slot_runs
from reconciler.core.memory import Event
from reconciler.core.operations import Stand
from reconciler.core.slot_adoption import adopted, slot_key
from reconciler.core.slot_memory import READ_BACK, SlotMemory, extended, remember_slots
from reconciler.core.slot_runs import Slots, fingerprint
from reconciler.core.slot_traces import lost
from reconciler.engine import recent_runs
from reconciler.engine.context import Context
from reconciler.engine.definitions import Definitions, body
from reconciler.engine.executions import REFUSED
from reconciler.engine.memories import bounds
from reconciler.engine.recent_runs import LOOKED_FOR, Marked
from reconciler.engine.run_journal import newest
from reconciler.errors import AwsCallError, ReconcilerError
from reconciler.kinds.schedule import group_name
from reconciler.model import Execution, Job, RunKey, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """Events of one job's schedule that the ledger lacks."""

    job: str
    stream: str
    before: SlotMemory
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsSeen:
    """By job: what is known of its schedule, and why it could not be looked at; what is still to be recorded."""

    known: Mapping[str, Slots] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    untold: tuple[Untold, ...] = ()
    groups: frozenset[str] = frozenset()


def observe_slots(
    context: Context, jobs: Sequence[Job], definitions: Definitions, suspended: Callable[[Job], bool], now: datetime
) -> SlotsSeen:
    """Look up what every schedule among `jobs` has started, in one list for each cluster or queue."""
    scheduled = [job for job in jobs if isinstance(job.trigger, Schedule)]
    if not scheduled and not definitions.orphans:  # what has lost its manifest may have left a schedule in any group
        return SlotsSeen()
    told = context.backends.ledger.recent(slot_memory.stream(""), now - READ_BACK)
    memories = _memories(context, scheduled, told)
    targets, unknown = recent_runs.targets(context, scheduled)
    recent = recent_runs.recent(context, scheduled, targets, now)
    kept = recent_runs.kept(context, scheduled, memories)
    known: dict[str, Slots] = {}
    errors = dict(unknown)
    untold: list[Untold] = []
    for job in scheduled:
        if job.name in errors:
            continue
        there = recent[job.kind, targets[job.name]]
        if isinstance(there, AwsCallError):
            errors[job.name] = str(there)
            continue
        before = _Before(context=context, job=job, memory=memories[job.name], definitions=definitions)
        try:
            known[job.name], news = before.look(there, kept[job.kind], targets[job.name], suspended(job), now)
        except REFUSED as error:
            errors[job.name] = str(error)
        else:
            untold.append(news)
    untold += _ended(context, jobs, definitions, told, now)
    return SlotsSeen(
        known=known,
        errors=errors,
        untold=tuple(each for each in untold if each.events),
        groups=_groups(told),
    )


def record_slots(context: Context, untold: Iterable[Untold]) -> None:
    """Write down what was seen for the first time: in the history, then in the ledger.

    In this order, since a line that the history holds twice is harmless, and one that it lacks is lost.
    """
    for each in untold:
        context.backends.history.append_all(each.job, _lines(each))
        context.backends.ledger.append(each.stream, *each.events)


def record_standing(context: Context, job: str, operation: Stand) -> None:
    """Let a schedule count from now on."""
    commit = str(context.commit or "")
    event = slot_memory.stands(operation.schedule, commit, operation.memory, context.clock.now())
    context.backends.ledger.append(slot_memory.stream(job), event)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """One job's schedule as it was recorded."""

    context: Context
    job: Job
    memory: SlotMemory
    definitions: Definitions

    def look(self, recent: Marked, kept: Marked, target: str, suspended: bool, now: datetime) -> tuple[Slots, Untold]:
        """Answer how it stands, and what of that is not recorded yet, by what AWS tells and what events have kept."""
        job, schedule = self.job, self.job.trigger
        assert isinstance(schedule, Schedule)
        mine = list(recent.of(self._owner, self._names))
        told = {execution.id for execution in mine}
        mine += [each for each in kept.of(self._owner, self._names) if each.id not in told and self._is_news(each)]
        news = list(adopted(self.memory, self._slots_of(mine, schedule), self._parts))
        memory = extended(self.memory, news)
        if not suspended and lost(schedule, memory, now) and (remembered := self._remembered(target)):
            mine += remembered
            news = list(adopted(self.memory, self._slots_of(mine, schedule), self._parts))
            memory = extended(self.memory, news)
        executions = self._executions(memory, {execution.id: execution for execution in mine})
        known = Slots(
            job=job.name,
            memory=memory,
            wanted=fingerprint(schedule, target=target, group=group_name(schedule, self._owner), suspended=suspended),
            bounds=bounds(
                self.context, job, self.definitions.families.get(job.name), self.definitions.linked.get(job.name)
            ),
            executions=executions,
            going=tuple(execution for execution in mine if not execution.state.finished),
        )
        news += slot_runs.settle(schedule, known, now)
        memory = extended(self.memory, news)
        if known.stands and (renewal := slot_memory.renewal(memory, now)) is not None:
            news.append(renewal)
        untold = Untold(
            job=job.name,
            stream=slot_memory.stream(job.name),
            before=self.memory,
            events=tuple(news),
        )
        return replace(known, memory=memory), untold

    def _remembered(self, target: str) -> list[Execution]:
        """Ask by its name for what EventBridge has started and no list told, of AWS that remembers it for longer."""
        backend = self.context.backends.runs[self.job.kind]
        if backend.recall <= LOOKED_FOR:
            return []
        keys = [RunKey(owner=self._owner, job=name, trigger=run_keys.EVENTBRIDGE) for name in self._names]
        return [each for key in keys for each in backend.find(key, target) if self._is_news(each)]

    def _is_news(self, execution: Execution) -> bool:
        """Answer whether an ended execution, which no list of recent ones told, is not settled yet.

        A slot older than the newest one known was settled with that one; what stopped long before the memory was last
        written whole was settled by then.
        """
        renewed, schedule = self.memory.renewed, self.job.trigger
        assert isinstance(schedule, Schedule)
        if renewed is None or execution.stopped is None or execution.stopped < renewed - LOOKED_FOR:
            return False
        key_text = self.context.backends.runs[self.job.kind].key_text
        key = slot_key(execution, self._owner, self._names, schedule, key_text)
        slot = run_keys.slot_of(key.trigger) if key is not None else None
        if slot is None or (when := slot_memory.slot_from(slot)) is None:
            return False
        return self.memory.newest is None or when > self.memory.newest or self.memory.run(slot) is not None

    @property
    def _owner(self) -> str:
        return self.context.settings.owner

    @property
    def _names(self) -> tuple[str, ...]:
        return (self.job.name, *self.job.former_names)

    def _slots_of(self, executions: Iterable[Execution], schedule: Schedule) -> Iterable[tuple[RunKey, Execution]]:
        backend = self.context.backends.runs[self.job.kind]
        for execution in executions:
            key = slot_key(execution, self._owner, self._names, schedule, backend.key_text)
            if key is not None:
                yield key, execution

    def _parts(self) -> int:
        """Answer how many calls a launch of the job takes now."""
        kind, linked = self.context.kind(self.job), self.definitions.linked.get(self.job.name)
        request = kind.run_request(self.job, body(self.context, self.job, linked))
        with suppress(ReconcilerError):  # what needs a look-up first is told when it is launched
            request = kind.patched(self.job, request)
        return len(kind.launches(request, RunKey(owner=self._owner, job=self.job.name, trigger=""), "", ""))

    def _executions(self, memory: SlotMemory, recent: Mapping[str, Execution]) -> Mapping[str, Execution]:
        """Answer the tasks of every attempt that has not ended, those asked for that no list has told."""
        attempts = [run.last for run in memory.runs if run.final is None and run.last and run.last.ended is None]
        found = {each: recent[each] for attempt in attempts for each in attempt.ids if each in recent}
        asked: dict[str, list[str]] = {}
        for attempt in attempts:
            asked.setdefault(attempt.target, []).extend(each for each in attempt.ids if each not in found)
        for target, ids in sorted(asked.items()):
            if ids:
                found |= self.context.backends.runs[self.job.kind].describe(ids, target)
        return found


def _memories(context: Context, jobs: Sequence[Job], told: Mapping[str, Sequence[Event]]) -> Mapping[str, SlotMemory]:
    """Answer what is remembered of each job, under its name or a former one; `told` are the last hours."""
    recent = {
        name: remember_slots(name, told.get(slot_memory.stream(name), ())) for job in jobs for name in _names(job)
    }
    silent = sorted({name for job in jobs for name in _silent(job, recent)})
    older = all_of(lambda name: remember_slots(name, newest(context.backends.ledger, name)), silent)
    recent |= dict(zip(silent, older, strict=True))
    found: dict[str, SlotMemory] = {}
    for job in jobs:
        memories = [recent[name] for name in _names(job)]
        found[job.name] = next((memory for memory in memories if memory.counts), memories[0])
    return found


def _groups(told: Mapping[str, Sequence[Event]]) -> frozenset[str]:
    """Answer every group of EventBridge that schedules stood in."""
    return frozenset(
        str(event["schedule"]["group"])
        for events in told.values()
        for event in events
        if slot_memory.is_whole(event) and "group" in (event.get("schedule") or {})
    )


def _ended(
    context: Context,
    jobs: Sequence[Job],
    definitions: Definitions,
    told: Mapping[str, Sequence[Event]],
    now: datetime,
) -> Iterator[Untold]:
    """Yield the end of each schedule that stood a short while ago, and that somebody has taken out since."""
    gone = prune.gone(
        definitions.orphans, context.settings, context.limits, origin=context.manifests.origin, commit=context.commit
    )
    named = {name for job in context.manifests.jobs for name in _names(job)}
    unscheduled = {job.name for job in jobs if not isinstance(job.trigger, Schedule)}
    for name in sorted((gone - named) | unscheduled):
        memory = remember_slots(name, told.get(slot_memory.stream(name), ()))
        if memory.standing is None or not memory.counts or _is_newer(context, memory.standing.commit):
            continue
        event = slot_memory.ends(str(context.commit or ""), memory, now)
        yield Untold(job=name, stream=slot_memory.stream(name), before=memory, events=(event,))


def _is_newer(context: Context, commit: str) -> bool:
    """Answer whether a newer checkout than this one has let a schedule stand."""
    live = ownership.parse_commit(commit)
    return live is not None and not context.limits.allow_older and ownership.is_behind(context.commit, live)


def _names(job: Job) -> tuple[str, ...]:
    return (job.name, *job.former_names)


def _silent(job: Job, recent: Mapping[str, SlotMemory]) -> Iterator[str]:
    """Yield the names of a job that must be read back: a former one only while none stands under the job's own."""
    asked = (job.name,) if recent[job.name].counts else _names(job)
    yield from (name for name in asked if recent[name].standing is None)


def _lines(untold: Untold) -> Iterator[tuple[Event, datetime | None]]:
    """Yield what people read of the events, and when it happened where that was before now."""
    runs = extended(untold.before, untold.events).runs
    attempts = {(run.generation, attempt.number): attempt for run in runs for attempt in run.attempts}
    for event in untold.events:
        slot = str(event.get("slot"))
        trigger, attempt = run_keys.slot_trigger(slot), attempts.get((slot, event.get("attempt", 0)))
        if event["event"] == "skipped":
            yield {"event": "skipped", "trigger": trigger, "reason": event["reason"]}, None
        elif event["event"] == "launched" and attempt is not None:
            yield chronicle.launched(trigger, attempt, event["ids"]), attempt.launched
        elif event["event"] == "ended" and attempt is not None:
            yield chronicle.ended(trigger, attempt, event), None
