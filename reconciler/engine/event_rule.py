"""The EventBridge rule that keeps how runs end: look at it, whether it is wanted or was once, and change it."""

from reconciler.core.event_rule import EventRuleSeen
from reconciler.core.operations import DeleteEventRule, MakeLogGroup, PutEventRule
from reconciler.engine.context import Context
from reconciler.errors import AccessDenied, AwsCallError, CredentialsExpired
from reconciler.kinds import event_rule as kinds
from reconciler.model import Spec


def observe_event_rule(context: Context) -> EventRuleSeen | None:
    """Answer how the owner's rule stands; None in a narrowed pass, and where there is none and none is wanted.

    Where it is switched off that takes one call, and none once it is known not to be there.
    """
    settings = context.settings
    if context.limits.narrowed or not settings.declared:
        return None
    return _wanted(context) if settings.history_events else _switched_off(context)


def change_event_rule(context: Context, operation: PutEventRule | DeleteEventRule) -> None:
    """Make the rule as it is wanted, or take it away."""
    backend = context.backends.event_rules
    match operation:
        case PutEventRule(resource=resource, exists=exists, foreign_targets=others):
            backend.put(resource, exists=exists, foreign_targets=others)
        case DeleteEventRule(name=name, targets=targets):
            backend.delete(name, targets)


def _wanted(context: Context) -> EventRuleSeen:
    settings, backend = context.settings, context.backends.event_rules
    name, group = kinds.rule_name(settings.owner), kinds.log_group(settings.owner)
    live: Spec | None = None
    missing: MakeLogGroup | None = None
    error = ""
    try:
        live = backend.observe(name)
        kept = context.backends.log_groups.observe([group])
        if kept.get(group) != settings.history_retention_days:
            days = settings.history_retention_days
            missing = MakeLogGroup(name=group, retention_days=days, exists=group in kept, live_days=kept.get(group))
    except CredentialsExpired:
        raise
    except AwsCallError as refusal:
        error = str(refusal)
    return EventRuleSeen(
        name=name,
        owner=settings.owner,
        rules=kinds.RULES,
        wanted=kinds.desired(settings, backend.home, context.commit),
        live=live,
        missing_log_group=missing,
        source=settings.source,
        error=error,
    )


def _switched_off(context: Context) -> EventRuleSeen | None:
    """Answer for a rule that is not wanted; who may not even look for one has made none."""
    settings, backend = context.settings, context.backends.event_rules
    name = kinds.rule_name(settings.owner)
    if backend.was_absent(name):
        return None
    try:
        live = backend.observe(name)
    except AccessDenied:
        return None
    if live is None:
        return None
    return EventRuleSeen(name=name, owner=settings.owner, rules=kinds.RULES, live=live, source=settings.source)
