"""One attempt, as the ledger remembers it and AWS tells it now, made into the run that people are shown. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconciler.core import runs
from reconciler.core.memory import Attempt
from reconciler.model import Execution, Run, RunState


def of_attempt(
    job: str, trigger: str, attempt: Attempt, executions: Mapping[str, Execution], main: str | None = None
) -> Run:
    """Answer an attempt as a run: its recorded end counts, else what its executions tell."""
    run = Run(
        job=job,
        trigger=trigger,
        attempt=attempt.number,
        ids=attempt.ids,
        target=attempt.target,
        reason=attempt.refusal if attempt.refused is not None else "",
        definition=attempt.definition,
        commit=attempt.commit,
        created=attempt.launched or attempt.started,
    )
    run = with_executions(run, [executions[task] for task in attempt.ids if task in executions], main)
    if attempt.ended is None:
        return run
    return replace(
        run,
        state=attempt.ended,
        exit_code=attempt.exit_code,
        reason=attempt.reason,
        started=run.started or attempt.began,
        stopped=run.stopped or attempt.stopped or attempt.ended_at,
        containers=attempt.containers or run.containers,
    )


def with_executions(run: Run, known: Sequence[Execution], main: str | None = None) -> Run:
    """Answer a run that is not known to have ended with what its executions tell now; nothing where none is known.

    Where some are no longer told and the rest have ended, the run is Unknown.
    """
    if not known:
        return run
    states = [runs.outcome(execution, main) for execution in known]
    gone = len(run.ids) - len(known)
    if gone > 0 and all(state.finished for state in states):
        states.append(RunState.UNKNOWN)
    state = runs.combined(states)
    telling = next(
        (execution for execution, each in zip(known, states, strict=False) if each is not RunState.SUCCEEDED), known[0]
    )
    ended = state.finished
    return replace(
        run,
        state=state,
        exit_code=runs.exit_code(telling, main) if ended else None,
        reason=_reason(telling, main, gone) if ended else _waiting(telling),
        definition=run.definition or telling.definition,
        created=run.created or telling.created,
        started=min((execution.started for execution in known if execution.started), default=None),
        stopped=max((each.stopped for each in known if each.stopped), default=None) if ended else None,
        containers=telling.containers,
    )


def _reason(telling: Execution, main: str | None, gone: int) -> str:
    return f"{gone} tasks are no longer known to AWS" if gone > 0 else runs.explanation(telling, main)


def _waiting(telling: Execution) -> str:
    return f"{telling.status}: {telling.reason}" if telling.reason else telling.status
