"""One caller's access to one account and Region: every call to AWS goes through :meth:`Aws.call`."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from reconciler.aws import answers, credentials
from reconciler.aws.clients import Clients
from reconciler.aws.error_mapping import calling
from reconciler.aws.rate_limits import RateLimits
from reconciler.aws.wire import Wire
from reconciler.clock import Clock, SystemClock
from reconciler.errors import AwsCallError, CredentialsExpired, OutcomeUnknown, ReconcilerError, UsageError

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.session import Session

#: What the services call the token of the next page, in answers as in requests.
_TOKENS: Final = ("nextToken", "NextToken", "PaginationToken", "Marker")
#: Failures of the transport after which nothing can have reached AWS.
_UNREACHED: Final = frozenset({"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError", "SSLError"})


class Aws:
    """Clients, identity and bookkeeping of one caller; safe to use from several threads, and a context manager.

    `expected_account` is verified before the first call. `role_arn` is assumed, unless the caller acts as that role
    already, and assumed again before its credentials run out. `environment` replaces the process's AWS_* variables
    and the user's files altogether. The Date of AWS's first answer sets `clock`. Nothing is sent, and no botocore
    imported, before it is needed.
    """

    def __init__(
        self,
        *,
        region: str | None = None,
        profile: str | None = None,
        role_arn: str | None = None,
        external_id: str | None = None,
        endpoint_url: str | None = None,
        expected_account: str | None = None,
        rate_limits: RateLimits | None = None,
        clock: Clock | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.clock: Clock = clock if clock is not None else SystemClock()
        self._wire = Wire(self.clock, rate_limits)
        self._region = region
        self._region_is_checked = False
        self._profile = profile
        self._role_arn = role_arn
        self._external_id = external_id
        self._endpoint_url = endpoint_url or (environment or {}).get("AWS_ENDPOINT_URL")
        self._expected_account = expected_account
        self._environment = environment
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._own: Clients | None = None
        self._acting: Clients | None = None
        self._account: str | None = None
        self._verified = expected_account is None
        self._answered = False

    @property
    def region(self) -> str:
        """The Region that is acted in. Raises UsageError where none is named, or none of AWS's."""
        with self._lock, calling("region"):
            if not self._region_is_checked:
                session = self._base_session()
                self._region = self._region or credentials.resolve_region(session, self._environment)
                if not self._endpoint_url:
                    credentials.check_region(session, self._region)
                self._region_is_checked = True
            return str(self._region)

    @property
    def account(self) -> str:
        """The id of the account that is acted in; asks AWS once."""
        with self._lock:
            self._acting_clients()
            if self._account is None:
                self._account, _ = self._caller()
            return self._account

    @property
    def partition(self) -> str:
        """The partition of the Region, as in ARNs: `aws`, `aws-cn`, `aws-us-gov`."""
        return credentials.partition(self._base_session(), self.region)

    @property
    def calls(self) -> Counter[str]:
        """How often each action (`ecs:RunTask`) was sent, retries included; a copy."""
        return self._wire.calls

    @property
    def throttles(self) -> Counter[str]:
        """How often AWS refused each action for now, those included that a retry has mended; a copy."""
        return self._wire.throttles

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should be told although nothing has failed."""
        return self._wire.warnings

    def resynchronise(self) -> None:
        """Let the next answer set the clock once more; for the start of a pass."""
        self._wire.resynchronise()

    def call(self, action: str, /, **members: Any) -> dict[str, Any]:
        """Make one API call (`ecs:RunTask`) and answer its output.

        Raises our errors only (:mod:`reconciler.aws.error_mapping`): a UsageError where the account is not the
        expected one, or where the first call of all finds no endpoint or is not recognised.
        """
        self.verify_account()
        return self._send(self._acting_clients(), action, members)

    def pages(self, action: str, /, **members: Any) -> Iterator[dict[str, Any]]:
        """Make a list call until AWS says that there is no more, one answer at a time.

        Raises OutcomeUnknown for a list that would never end.
        """
        while True:
            answer = self.call(action, **members)
            yield answer
            token = next((name for name in _TOKENS if answer.get(name)), None)
            if token is None:
                return
            if answer[token] == members.get(token):
                raise answers.unexpected(action, f"its {token} is the one that was sent")
            members = {**members, token: answer[token]}

    def client(self, service: str) -> "BaseClient":
        """Answer botocore's own client, by botocore's name of the service, for whoever listens to its events."""
        self.verify_account()
        return self._acting_clients().get(service)

    def verify_account(self) -> None:
        """Raise UsageError unless the credentials belong to the expected account; asks once."""
        if self._verified:
            return
        if self.account != self._expected_account:
            raise UsageError(
                "account: these credentials belong to another one "
                f'(expected "{self._expected_account}", got "{self.account}")',
                hint="choose another --profile or --role-arn, or correct Settings' spec.accountId",
            )
        self._verified = True

    def close(self) -> None:
        """Close all connections."""
        for clients in (self._own, self._acting):
            if clients is not None:
                clients.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _acting_clients(self) -> Clients:
        """Answer the clients of the role, or the caller's own where there is none or where it acts as it already."""
        with self._lock:
            if self._acting is None:
                self._acting = self._own_clients()
                if self._role_arn is not None:
                    account, caller_arn = self._caller()
                    if credentials.is_same_role(caller_arn, self._role_arn):
                        self._account = account
                    else:
                        self._account = self._role_arn.split(":")[4]
                        self._acting = self._role_clients(self._role_arn)
            return self._acting

    def _role_clients(self, role_arn: str) -> Clients:
        session = credentials.assumed_session(
            self._base_session(),
            role_arn,
            self._external_id,
            lambda request: self._send(self._own_clients(), "sts:AssumeRole", request),
            self.clock.now,
        )
        return Clients(session, self.region, self._endpoint_url, self._wire)

    def _own_clients(self) -> Clients:
        with self._lock:
            if self._own is None:
                self._own = Clients(self._base_session(), self.region, self._endpoint_url, self._wire)
            return self._own

    def _base_session(self) -> "Session":
        with self._lock, calling("profile"):
            if self._session is None:
                self._session = credentials.base_session(self._profile, self._environment)
            return self._session

    def _caller(self) -> tuple[str, str]:
        answer = self._send(self._own_clients(), "sts:GetCallerIdentity", {})
        return str(answer["Account"]), str(answer["Arn"])

    def _send(self, clients: Clients, action: str, members: Mapping[str, Any]) -> dict[str, Any]:
        try:
            with calling(action, members):
                answer = clients.send(action, dict(members))
        except (OutcomeUnknown, CredentialsExpired) as error:
            raise self._at_first_contact(error) from None
        except AwsCallError:
            self._answered = True
            raise
        self._answered = True
        return answer

    def _at_first_contact(self, error: AwsCallError) -> ReconcilerError:
        """Before AWS has ever answered, an unreachable endpoint or an unknown key is a wrong setting."""
        if self._answered:
            return error
        if error.code in _UNREACHED:
            named = "see --endpoint-url and AWS_ENDPOINT_URL"
            hint = named if self._endpoint_url else credentials.region_hint(self._base_session(), self.region)
            return UsageError(f"endpoint: {error.detail}", hint=hint)
        if isinstance(error, CredentialsExpired) and error.code in credentials.NOT_RECOGNISED:
            return UsageError(f"AWS credentials — {error.detail} ({error.code})", hint=error.hint)
        return error
