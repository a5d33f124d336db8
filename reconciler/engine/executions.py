"""How tasks and jobs stand now: as AWS tells it, and those that it has forgotten by the events that were kept."""

from collections.abc import Collection, Mapping
from datetime import datetime

from reconciler.engine.context import Context
from reconciler.model import Execution


def described(
    context: Context, kind: str, target: str, ids: Collection[str], since: datetime
) -> Mapping[str, Execution]:
    """Describe executions that have ended after `since`, or not at all; those that nothing tells of are left out."""
    found = dict(context.backends.runs[kind].describe(sorted(ids), target))
    forgotten = sorted(set(ids) - found.keys())
    kept = context.backends.run_events.ended(kind, since) if forgotten else {}
    return found | {each: kept[each] for each in forgotten if each in kept}


def kind_of_definition(context: Context, arn: str) -> str | None:
    """Answer the kind of what runs a definition, also where the manifest is gone; None where no kind's it is."""
    return next((name for name, kind in context.kinds.items() if f":{kind.definition_kind}/" in arn), None)
