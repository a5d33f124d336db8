"""Runs by hand that nobody waited for: a pass that comes by writes down how they ended, before AWS forgets it."""

from collections.abc import Sequence

from reconciler.core import chronicle
from reconciler.engine import lookup
from reconciler.engine.context import Context
from reconciler.model import Run

_BY_HAND = "manual:"


def record_ends(context: Context) -> Sequence[Run]:
    """Add to the history the end of every run by hand that it tells the launch of, and answer those that have ended.

    One search where there is nothing to do. Only what was launched within :data:`lookup.RECENT` is looked for.
    """
    lines = context.backends.history.read_all(context.clock.now() - lookup.RECENT, containing=_BY_HAND)
    told = [run for name, events in lines.items() for run in chronicle.runs(name, events)]
    going = [run for run in told if run.trigger.startswith(_BY_HAND) and not run.state.finished]
    ended = [run for run in lookup.refreshed(context, going) if run.state.finished]
    for run in ended:
        context.backends.history.append(run.job, chronicle.ended_run(run))
    return ended
