"""How tasks and jobs stand now: as AWS tells it, and those that it has forgotten by the events that were kept."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from reconciler.engine.context import Context
from reconciler.errors import AccessDenied, AwsCallError, CredentialsExpired, Rejected
from reconciler.model import Execution

#: A place whose executions a caller may not look at, or that is none, is a failure of the jobs there and of no other;
#: what else keeps AWS from answering may keep it from answering anything, and ends the pass.
REFUSED: Final = (AccessDenied, Rejected)


def described(
    context: Context, kind: str, target: str, ids: Collection[str], since: datetime
) -> Mapping[str, Execution]:
    """Describe executions that have ended after `since`, or not at all; those that nothing tells of are left out."""
    found = dict(context.backends.runs[kind].describe(sorted(ids), target))
    forgotten = sorted(set(ids) - found.keys())
    kept = context.backends.run_events.ended(kind, since) if forgotten else {}
    return found | {each: kept[each] for each in forgotten if each in kept}


def all_described(
    context: Context, asked: Mapping[tuple[str, str], tuple[Collection[str], datetime]]
) -> tuple[Mapping[str, Execution], Mapping[str, AwsCallError]]:
    """Describe what :func:`by_place` has put together; answers as well, by id, why AWS has not told of the others."""
    found: dict[str, Execution] = {}
    untold: dict[str, AwsCallError] = {}
    for (kind, target), (ids, since) in asked.items():
        try:
            found |= described(context, kind, target, ids, since)
        except CredentialsExpired:
            raise
        except AwsCallError as error:
            untold |= dict.fromkeys(ids, error)
    return found, untold


def kind_of_definition(context: Context, arn: str) -> str | None:
    """Answer the kind of what runs a definition, also where the manifest is gone; None where no kind's it is."""
    return next((name for name, kind in context.kinds.items() if f":{kind.definition_kind}/" in arn), None)


def by_place(
    runs: Iterable[tuple[str, str, Collection[str], datetime]],
) -> Mapping[tuple[str, str], tuple[Collection[str], datetime]]:
    """Put the executions of runs (kind, target, ids, begun) together by kind and target, so that each is asked once.

    Answers the ids at each place, and when the first of their runs began.
    """
    found: dict[tuple[str, str], tuple[set[str], datetime]] = {}
    for kind, target, ids, begun in runs:
        together, first = found.setdefault((kind, target), (set(), begun))
        together.update(ids)
        found[kind, target] = (together, min(first, begun))
    return dict(sorted(found.items()))
