"""Settings that no job shows, by the names that people write: guards, roles, and who is told of what happens."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from reconciler.core.paths import Step, render
from reconciler.model import Settings
from reconciler.model.notify import Notify, Topic, Webhook

#: Of those that are a single value, the attribute and its path.
_SHOWN_SETTINGS: Final[Mapping[str, str]] = {
    "owner": "metadata.name",
    "region": "region",
    "account_id": "accountId",
    "role_arn": "roleArn",
    "read_role_arn": "readRoleArn",
    "external_id": "externalId",
    "prune": "prune.enabled",
    "max_deletions": "prune.maxDeletions",
    "max_reruns": "maxReruns",
    "max_concurrent_runs": "maxConcurrentRuns",
    "history_retention_days": "history.retentionDays",
    "history_events": "history.events",
    "show_values_of": "showValuesOf",
}


def shown_settings(settings: Settings) -> Mapping[str, object]:
    """Answer by its path what no job shows: a list is one value, but who is told is compared member by member."""
    told = {path: getattr(settings, name) for name, path in _SHOWN_SETTINGS.items()}
    for number, notify in enumerate(settings.notify):
        told |= {render([("notify", False), (number, True), *steps]): value for steps, value in _members(notify)}
    return {
        path: list(value) if isinstance(value, tuple) else value for path, value in told.items() if value is not None
    }


def _members(notify: Notify) -> Iterator[tuple[Sequence[Step], object]]:
    match notify.to:
        case Webhook(url=url, format=form, headers=headers):
            yield (("webhook", False), ("url", False)), url
            yield (("webhook", False), ("format", False)), form
            for name, value in sorted(headers.items()):
                yield (("webhook", False), ("headers", False), (name, True)), value
        case Topic(arn=arn, format=form):
            yield (("sns", False), ("topicArn", False)), arn
            yield (("sns", False), ("format", False)), form
    yield (("events", False),), notify.events
    yield (("jobs", False),), notify.jobs or None
