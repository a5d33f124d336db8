"""The runs of many scheduled jobs at once: as AWS lists them, and as events have kept those that it has forgotten."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from reconciler.aws.concurrent import gather
from reconciler.core import run_keys
from reconciler.core.slot_memory import SlotMemory
from reconciler.engine.context import Context
from reconciler.engine.executions import REFUSED
from reconciler.errors import AwsCallError, CredentialsExpired, ReconcilerError
from reconciler.model import Execution, Job

#: Runs that nobody has recorded are looked for so far back: as far as ECS tells of stopped tasks.
LOOKED_FOR: Final = timedelta(hours=1)


class Marked:
    """Executions, by the job that their startedBy or name marks them with: there may be many of many jobs."""

    def __init__(self, executions: Iterable[Execution]) -> None:
        self._by_mark: dict[str, list[Execution]] = {}
        for execution in executions:
            self._by_mark.setdefault(run_keys.mark(execution.key_text), []).append(execution)

    def of(self, owner: str, jobs: Iterable[str]) -> Iterator[Execution]:
        """Yield the executions of a job under any of its names."""
        for mark in sorted({mark for job in jobs for mark in run_keys.marks(owner, job)}):
            yield from self._by_mark.get(mark, ())


def targets(context: Context, jobs: Sequence[Job]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Answer the cluster or queue of each job, and why it cannot be told."""
    found: dict[str, str] = {}
    errors: dict[str, str] = {}
    looked_up: dict[str, str] = {}
    for job in jobs:
        target = context.kind(job).target(job)
        try:
            if target is None:
                if job.kind not in looked_up:
                    looked_up[job.kind] = context.backends.runs[job.kind].default_target()
                target = looked_up[job.kind]
            found[job.name] = target
        except CredentialsExpired:
            raise
        except ReconcilerError as error:
            errors[job.name] = str(error)
    return found, errors


def recent(
    context: Context, jobs: Sequence[Job], sent_to: Mapping[str, str], now: datetime
) -> Mapping[tuple[str, str], Marked | AwsCallError]:
    """Answer the owner's runs in every cluster and queue that a schedule sends to, or why those there are not told."""
    places = sorted({(job.kind, sent_to[job.name]) for job in jobs if job.name in sent_to})

    def ask(place: tuple[str, str]) -> Marked:
        kind, target = place
        return Marked(context.backends.runs[kind].recent(target, owner=context.settings.owner, since=now - LOOKED_FOR))

    answers = dict(zip(places, gather(ask, places), strict=True))
    for answer in answers.values():
        if isinstance(answer, AwsCallError) and not isinstance(answer, REFUSED):
            raise answer
    return answers


def kept(context: Context, jobs: Sequence[Job], memories: Mapping[str, SlotMemory]) -> Mapping[str, Marked]:
    """Answer by kind the executions that events tell of, as far back as any job's memory may lack them."""
    found: dict[str, Marked] = {}
    for kind in sorted({job.kind for job in jobs}):
        written = [renewed for job in jobs if job.kind == kind and (renewed := memories[job.name].renewed)]
        told = context.backends.run_events.ended(kind, min(written) - LOOKED_FOR) if written else {}
        found[kind] = Marked(told.values())
    return found
