"""What a service handler is given and what it may raise.

A handler is `handler(call) -> members`: `call.members` are the request's by botocore's names, what it gives back are
the answer's; `call.world` is the world it changes. Time stamps are epoch seconds (floats) in both directions. It raises
`AwsError` for every refusal that AWS documents; anything else that escapes it is a crash of the embedded AWS and fails
the test that met it.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from reconciler.local.faults import Fault
    from reconciler.local.world import World

Members = dict[str, Any]
Handler = Callable[["Call"], Mapping[str, Any]]


class AwsError(Exception):
    """A refusal as AWS documents it: an error code, a message, an HTTP status and the members of the error's shape."""

    def __init__(self, code: str, message: str, status: int = 400, **members: object) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members


class Place(NamedTuple):
    """Where something lives: AWS keeps everything here apart by account and region."""

    account: str
    region: str

    @property
    def partition(self) -> str:
        """The partition of the region, the second word of every ARN."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of `resource` (`cluster/default`) of `service` in this place."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


class Needed(NamedTuple):
    """One permission that a call takes: an action on a resource, and the condition keys beside those of every call."""

    action: str
    resource: str = "*"
    keys: Mapping[str, Sequence[str]] = {}


#: botocore's name of a service → the prefix of its actions, where they differ.
_PREFIXES: Final = {"resourcegroupstaggingapi": "tag"}


class Principal(NamedTuple):
    """Who calls: the account its credentials belong to, its ARN and the access key it signed with."""

    account: str
    arn: str
    access_key: str


@dataclass(slots=True, kw_only=True)
class Call:
    """One request, taken apart: who asks what of which service, where, and which planned fault touches it."""

    world: "World"
    service: str
    operation: str
    members: Members
    place: Place
    principal: Principal
    faults: Sequence["Fault"] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def action(self) -> str:
        """The action that the call is named for, with IAM's prefix of its service."""
        return f"{_PREFIXES.get(self.service, self.service)}:{self.operation}"

    @property
    def store(self) -> dict[str, Any]:
        """The service's own state in this account and region: JSON values only, changed in place."""
        return self.world.store(self.service, self.place)

    @property
    def now(self) -> float:
        """The virtual time, epoch seconds."""
        return self.world.now()

    def get(self, member: str, default: Any = None) -> Any:
        """A member of the request, or `default` where it was left out or null."""
        value = self.members.get(member)
        return default if value is None else value

    def fault(self, effect: str) -> "Fault | None":
        """The planned fault of that effect which touches this call (`failures`, `lag`, `page` …)."""
        return next((fault for fault in self.faults if fault.effect == effect), None)

    @property
    def horizon(self) -> float:
        """What was made after this instant is not seen yet by this (lagging) read; infinity where nothing lags."""
        lag = self.fault("lag")
        return self.now - lag.seconds if lag else float("inf")

    def page(self, items: Sequence[Any], *, size: int, token: str | None) -> tuple[Sequence[Any], str | None]:
        """One page of `items` and the token of the next; a `page` fault forces smaller pages than `size`.

        The token holds a position and the operation that gave it: one of another operation is refused as AWS does.
        """
        forced = self.fault("page")
        if forced is not None:
            size = min(size, forced.count)
        start = 0
        if token is not None:
            start = _position(token, self.operation)
        end = start + size
        following = _token(end, self.operation) if end < len(items) else None
        return items[start:end], following


def _token(position: int, operation: str) -> str:
    return base64.urlsafe_b64encode(f"{operation}:{position}".encode()).decode()


def _position(token: str, operation: str) -> int:
    try:
        made_by, _, position = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        number = int(position)
    except (binascii.Error, UnicodeError, ValueError):
        raise InvalidTokenError from None
    if made_by != operation:
        raise InvalidTokenError
    return number


class InvalidTokenError(AwsError):
    """A paging token that this operation did not give out."""

    def __init__(self) -> None:
        super().__init__("InvalidParameterException", "Invalid token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """A resource as the tagging API lists it; `changed` is when its tags last changed (for a lagging index)."""

    arn: str
    tags: Mapping[str, str]
    changed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service that the embedded AWS answers itself; see `world` for how one is added."""

    name: str
    """botocore's name of the service (`ecs`, `resourcegroupstaggingapi`)."""
    operations: Mapping[str, Handler]
    constraint_error: str | None = None
    """The code for a value that the service model's own constraints (required, enum, length, pattern) refuse; None:
    the handlers check everything themselves."""
    open_enums: frozenset[str] = frozenset()
    """Shapes whose `enum` the service does not insist on."""
    due: Mapping[str, Callable[["World", Place, Mapping[str, Any]], None]] = field(default_factory=dict)
    """What `World.schedule` may name: called at its instant with the arguments that were scheduled."""
    listener: Callable[["World", Place, Mapping[str, Any]], None] | None = None
    """Is told of every event that any service emits (the EventBridge envelope)."""
    tagged: Callable[["World", Place], Iterable[Tagged]] | None = None
    """What the tagging API may list of this service."""
    controls: Mapping[str, Callable[["World", Place, Mapping[str, Any]], Mapping[str, Any]]] = field(
        default_factory=dict
    )
    """Control endpoints `/_local/<service>/<name>`: a JSON object in, a JSON object out."""
    rest_from_moto: bool = False
    """Whether moto answers the operations that are not here."""
    needs: Callable[[Call], Iterable[Needed]] | None = None
    """The permissions that a call takes; its own action on `*` where none of them is its own."""
