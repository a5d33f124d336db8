"""Tell people of runs that have ended, and show the log of those that failed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from reconciler.core import run_views
from reconciler.core.memory import after
from reconciler.engine import run_logs
from reconciler.engine.context import Context
from reconciler.engine.launch import trigger_of
from reconciler.engine.memories import Unrecorded
from reconciler.engine.run_logs import LAST_LINES, LogsSeen
from reconciler.errors import AwsCallError
from reconciler.model import Run, RunState

#: Whoever prints what containers wrote.
Told = Callable[[LogsSeen], None]


def tell(context: Context, unrecorded: Sequence[Unrecorded], told: Told) -> None:
    """Tell of each attempt that was just seen to have ended, and give `told` the last lines of one that failed."""
    for ending in unrecorded:
        memory = ending.memory
        for event in ending.events:
            memory = after(memory, event)
        last = memory.last
        if last is None or last.ended is None:
            continue
        run = run_views.of_attempt(ending.job, trigger_of(memory.stream), last, ending.executions)
        context.listen(run)
        if run.state is RunState.FAILED:
            show_last_lines(context, run, told)


def show_last_lines(context: Context, run: Run, told: Told) -> None:
    """Give `told` the last lines of a run; that they cannot be read is said, and is nobody's failure."""
    try:
        seen = replace(run_logs.read(context, run_logs.streams(context, run), last=LAST_LINES), of=run.job)
    except AwsCallError as error:
        seen = LogsSeen(notes=(f"{run.job}: {error}",))
    told(seen)
