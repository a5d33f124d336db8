"""botocore's clients, made once for all the commands of a process: making them costs more than most commands do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from botocore.session import Session


@contextmanager
def kept_clients() -> Iterator[None]:
    """Let every session answer the client that was made for the first one, without what watched it then.

    A session that acts as a role has credentials of its own, and makes its own.
    """
    create: Callable[..., Any] = Session.create_client
    kept: dict[tuple[str, str, int], tuple[Any, list[tuple[str, Any]]]] = {}

    def created(session: Session, service: str, **options: Any) -> Any:
        credentials = session.get_credentials()
        if credentials is None or credentials.method != "env":
            return create(session, service, **options)
        key = (service, options["endpoint_url"], options["config"].retries["total_max_attempts"])
        if key not in kept:
            kept[key] = (create(session, service, **options), [])
            _remember(*kept[key])
        client, registered = kept[key]
        for name, handler in registered:
            client.meta.events.unregister(name, handler)
        registered.clear()
        return client

    with mock.patch.object(Session, "create_client", created):
        yield


def _remember(client: Any, registered: list[tuple[str, Any]]) -> None:
    """Let the client's events remember who registers from now on."""
    register = client.meta.events.register

    def remembered(name: str, handler: Any, *more: Any, **options: Any) -> None:
        registered.append((name, handler))
        register(name, handler, *more, **options)

    client.meta.events.register = remembered
