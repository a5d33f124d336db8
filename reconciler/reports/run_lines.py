"""Runs, and what doctor looked at, as lines of text."""

from collections.abc import Iterator, Sequence
from typing import Final

from reconciler.model import Check, Run, RunState, Verdict
from reconciler.reports.lines import Line, Span, Style, line
from reconciler.reports.wording import moment, run_text, run_time

_STATE_STYLES: Final = {
    RunState.PENDING: Style.NORMAL,
    RunState.RUNNING: Style.STARTED,
    RunState.SUCCEEDED: Style.GOOD,
    RunState.FAILED: Style.BAD,
    RunState.UNKNOWN: Style.CHANGED,
}
_VERDICT_STYLES: Final = {Verdict.OK: Style.GOOD, Verdict.NG: Style.BAD, Verdict.SKIPPED: Style.QUIET}


def runs(told: Sequence[Run]) -> Iterator[Line]:
    """Answer a line for each run: when, of which job, by what id, how it went; below it what started it."""
    if not told:
        return
    cells = [(moment(run_time(run)), run.job, short_id(run)) for run in told]
    widths = [max(len(text) for text in column) for column in zip(*cells, strict=True)]
    for run, row in zip(told, cells, strict=True):
        when, job, identifier = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        yield line(
            Span(f"  {when}  ", Style.QUIET),
            Span(job, Style.STRONG),
            f"  {identifier}  ",
            Span(run_text(run), _STATE_STYLES[run.state]),
            Span(f"  {run.trigger}", Style.QUIET),
        )


def short_id(run: Run) -> str:
    """Answer the id that people pass to `logs`, `stop` and `wait`: a task's without its ARN, a Batch job's."""
    if not run.ids:
        return "(none)"
    more = f" (+{len(run.ids) - 1})" if len(run.ids) > 1 else ""
    return f"{run.ids[0].rpartition('/')[2]}{more}"


def checks(told: Sequence[Check]) -> Iterator[Line]:
    """Answer a line for each thing that was looked at, and below it who needs it where it is not well."""
    width = max((len(check.what) for check in told), default=0)
    for check in told:
        said = f": {check.reason}" if check.reason else ""
        yield line(
            Span(f"  {check.verdict:<7}", _VERDICT_STYLES[check.verdict]),
            f"  {check.what.ljust(width)}  ",
            Span(check.subject, Style.STRONG),
            said,
        )
        if check.verdict is Verdict.NG and check.jobs:
            yield line(Span(f"    needed by {', '.join(check.jobs)}", Style.QUIET))
