"""How a run ended, as the ledger's and the history's lines hold it beside state, exit code and reason. Pure.

    {"started", "stopped", "containers": [{"name", "exitCode", "reason", "essential"}]}

The times are those that AWS told; `containers` are of the task that tells how the run went. Lines of earlier versions
have none of it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reconciler.model import ContainerEnd, Execution

Event = Mapping[str, Any]


def times(known: Sequence[Execution]) -> Event:
    """Answer when the first of a run's tasks started and the last one stopped."""
    started = min((execution.started for execution in known if execution.started), default=None)
    stopped = max((execution.stopped for execution in known if execution.stopped), default=None)
    return {"started": _written(started), "stopped": _written(stopped)}


def written(containers: Sequence[ContainerEnd]) -> list[Event]:
    """Answer the ends of containers as a line holds them."""
    return [
        {"name": end.name, "exitCode": end.exit_code, "reason": end.reason, "essential": end.essential}
        for end in containers
    ]


def started(event: Event) -> datetime | None:
    """Read when the run started."""
    return _instant(event.get("started"))


def stopped(event: Event) -> datetime | None:
    """Read when the run stopped."""
    return _instant(event.get("stopped"))


def containers(event: Event) -> tuple[ContainerEnd, ...]:
    """Read how the containers ended."""
    return tuple(
        ContainerEnd(
            name=str(end["name"]),
            exit_code=end.get("exitCode"),
            reason=str(end.get("reason") or ""),
            essential=end.get("essential") is not False,
        )
        for end in event.get("containers") or ()
    )


def _written(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant is not None else None


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None
