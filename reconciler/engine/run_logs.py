"""The logs of runs: every container's lines, and what is to be said where there are none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.aws.concurrent import all_of, gather
from reconciler.aws.log_streams import LogStream
from reconciler.engine.context import Context
from reconciler.engine.executions import kind_of_definition
from reconciler.errors import AwsCallError, NotFound, UsageError
from reconciler.model import LogLine, LogLink, Run, RunState, Spec

#: How much is shown of a run that failed.
LAST_LINES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsSeen:
    """The lines, oldest first, a note for each container that has none to show, and for each that could not be read.

    `of` names the run where the lines are an excerpt that stands among other things.
    """

    of: str = ""
    lines: tuple[LogLine, ...] = ()
    notes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()


def kind_of(context: Context, run: Run) -> str | None:
    """Answer the kind of a run by what it runs, which says so even when its manifest is gone."""
    return kind_of_definition(context, run.definition)


def streams(
    context: Context, run: Run, container: str | None = None, known: Mapping[str, Spec] | None = None
) -> tuple[LogStream, ...]:
    """Answer the streams of a run's containers, or of one. Raises UsageError where there is no such container.

    `known` is what definitions hold, by ARN, as :func:`definitions` answers.
    """
    kind = kind_of(context, run)
    if kind is None or not run.ids:
        return ()
    definition = (known or {}).get(run.definition)
    if definition is None:
        definition = _definition(context, kind, run.definition)
    backend = context.backends.runs[kind]
    found = [stream for task in run.ids for stream in backend.log_streams(task, run.target, definition)]
    names = dict.fromkeys(stream.container for stream in found)
    if container is not None and container not in names:
        raise UsageError(f"--container: {container} is not in the run (there are {', '.join(names) or 'none known'})")
    return tuple(stream for stream in found if container in {None, stream.container})


def definitions(context: Context, runs: Iterable[Run]) -> Mapping[str, Spec]:
    """Answer what the definitions of `runs` hold, by ARN, each asked for once; those that cannot be are left out."""
    asked = {run.definition: kind for run in runs if run.ids and (kind := kind_of(context, run)) is not None}
    arns = sorted(asked)
    answers = gather(lambda arn: _definition(context, asked[arn], arn), arns)
    return {arn: answer for arn, answer in zip(arns, answers, strict=True) if not isinstance(answer, AwsCallError)}


def _definition(context: Context, kind: str, arn: str) -> Spec:
    revision = context.backends.definitions[kind].describe(arn)
    return (revision.spec if revision is not None else None) or {}


def linked_failures(context: Context, runs: Mapping[str, Run]) -> Mapping[str, Run]:
    """Answer runs by job, those that failed with where their containers have written."""
    failed = sorted(job for job, run in runs.items() if run.state is RunState.FAILED)
    known = definitions(context, (runs[job] for job in failed))
    linked = all_of(lambda job: _linked(context, runs[job], known), failed)
    return {**runs, **dict(zip(failed, linked, strict=True))}


def _linked(context: Context, run: Run, known: Mapping[str, Spec]) -> Run:
    """Answer a run with where its containers have written, as far as that can be told."""
    try:
        found = [stream for stream in streams(context, run, known=known) if not stream.unreadable]
    except AwsCallError:
        return run
    page = context.backends.run_logs.page
    logs = [LogLink(container=each.container, group=each.group, stream=each.stream, url=page(each)) for each in found]
    return replace(run, logs=tuple(logs))


def read(
    context: Context, found: Sequence[LogStream], *, since: datetime | None = None, last: int | None = None
) -> LogsSeen:
    """Answer what the streams hold, in order of time; with `last`, so many lines of them all together."""
    readable = [stream for stream in found if not stream.unreadable]
    answers = gather(lambda stream: context.backends.run_logs.read(stream, since=since, last=last), readable)
    lines: list[LogLine] = []
    failures: list[str] = []
    notes = [f"{stream.container}: {stream.unreadable}" for stream in found if stream.unreadable]
    labels = _labels(found)
    for stream, answer in zip(readable, answers, strict=True):
        if isinstance(answer, AwsCallError):
            (notes if isinstance(answer, NotFound) else failures).append(_note(stream, answer))
            continue
        lines += [LogLine(text=event.message, container=labels[stream], at=event.at) for event in answer]
    lines.sort(key=lambda line: line.at)
    return LogsSeen(lines=tuple(lines[-last:] if last else lines), notes=tuple(notes), failures=tuple(failures))


class LogsFollowed:
    """The streams of a run, told as they grow."""

    def __init__(self, context: Context, found: Sequence[LogStream], since: datetime | None = None) -> None:
        self._labels = _labels(found)
        self._tails = [context.backends.run_logs.tail(each, since=since) for each in found if not each.unreadable]
        self._notes = tuple(f"{stream.container}: {stream.unreadable}" for stream in found if stream.unreadable)

    def poll(self) -> tuple[LogLine, ...]:
        """Answer the lines that have come since the last time, in order of time."""
        events = [(event, tail.stream) for tail in self._tails for event in tail.poll_quietly()]
        events.sort(key=lambda pair: pair[0].at)
        return tuple(
            LogLine(text=event.message, container=self._labels[stream], at=event.at) for event, stream in events
        )

    def last(self) -> LogsSeen:
        """Answer what has come since, and a note for each stream that never appeared."""
        lines, notes = list(self.poll()), list(self._notes)
        for tail in self._tails:
            try:
                label = self._labels[tail.stream]
                lines += [LogLine(text=each.message, container=label, at=each.at) for each in tail.poll()]
            except NotFound as missing:
                notes.append(_note(tail.stream, missing))
        return LogsSeen(lines=tuple(lines), notes=tuple(notes))


def _note(stream: LogStream, error: AwsCallError) -> str:
    return f"{stream.container}: {error.detail if isinstance(error, NotFound) else error}"


def _labels(found: Sequence[LogStream]) -> Mapping[LogStream, str]:
    """Answer what each line is marked with: nothing for one stream, the container, with the task where several are."""
    if len(found) == 1:
        return {found[0]: ""}
    containers = [stream.container for stream in found]
    several = len(set(containers)) < len(containers)
    return {
        stream: f"{stream.stream.rpartition('/')[2][:8]}/{stream.container}" if several else stream.container
        for stream in found
    }
