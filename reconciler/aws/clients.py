"""botocore's clients of one session: each made once, all with the same settings and watched alike.

botocore is used without boto3's layer: nothing here needs it, and it costs every start-up some time.
"""

import threading
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from reconciler import __version__
from reconciler.aws import answers
from reconciler.aws.wire import Wire
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.session import Session

#: Calls without an idempotency token: sent once, since a retry after a lost answer would do the thing twice.
SENT_ONCE: Final = frozenset({"batch:SubmitJob"})
#: How often any other call is sent at most; botocore waits between, longer each time, up to 20 s.
_ATTEMPTS: Final = 5
#: Seconds after which an endpoint counts as unreachable; botocore's own 60, five times over, look like standing still.
_CONNECTING: Final = 10
#: More than a pass has threads, so that none waits for a connection.
_CONNECTIONS: Final = 32
#: IAM's prefix of the actions → botocore's name of the service, where they differ.
_SERVICES: Final = {"tag": "resourcegroupstaggingapi"}
_PREFIXES: Final = {service: prefix for prefix, service in _SERVICES.items()}
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class Clients:
    """The clients of one session in one Region; safe to use from several threads."""

    def __init__(self, session: "Session", region: str, endpoint_url: str | None, wire: Wire) -> None:
        self._session = session
        self._region = region
        self._endpoint_url = endpoint_url
        self._wire = wire
        self._lock = threading.Lock()
        self._made: dict[tuple[str, bool], BaseClient] = {}

    def send(self, action: str, members: dict[str, Any]) -> dict[str, Any]:
        """Send one call (`ecs:RunTask`); raises what botocore raises."""
        from botocore import xform_name

        prefix, _, operation = action.partition(":")
        client = self.get(_SERVICES.get(prefix, prefix), retries=action not in SENT_ONCE)
        answer: dict[str, Any] = getattr(client, xform_name(operation))(**members)
        answers.check(action, answer, client.meta.service_model.operation_model(operation).output_shape)
        return answer

    def get(self, service: str, *, retries: bool = True) -> "BaseClient":
        """Answer the client of a service, by botocore's name for it."""
        with self._lock:
            key = (service, retries)
            if key not in self._made:
                self._made[key] = self._make(service, retries=retries)
            return self._made[key]

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for client in self._made.values():
                client.close()
            self._made.clear()

    def _make(self, service: str, *, retries: bool) -> "BaseClient":
        from botocore.config import Config
        from botocore.utils import is_valid_endpoint_url, is_valid_ipv6_endpoint_url

        url = self._endpoint_url
        if url and not (is_valid_endpoint_url(url) or is_valid_ipv6_endpoint_url(url)):
            raise UsageError(f'endpoint: expected a URL, got "{url}"', hint="see --endpoint-url and AWS_ENDPOINT_URL")
        config = Config(
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS if retries else 1},
            connect_timeout=_CONNECTING,
            max_pool_connections=_CONNECTIONS,
            user_agent_extra=f"reconciler/{__version__}",
        )
        if self._endpoint_url and urlsplit(self._endpoint_url).hostname in _LOOPBACK:
            # a proxy of the environment cannot reach this machine's loopback; no host name may be put before it
            config = config.merge(Config(proxies={}, inject_host_prefix=False))
        client = self._session.create_client(
            service, region_name=self._region, endpoint_url=self._endpoint_url, config=config
        )
        self._wire.watch(client, _PREFIXES.get(service, service))
        return client
