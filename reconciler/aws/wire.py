"""What happens at every request that is sent and every answer that comes back: counting, pacing, telling the time."""

import json
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from reconciler.aws import answers, unmodelled, worth_repeating
from reconciler.aws.error_codes import CODES
from reconciler.aws.rate_limits import RateLimits
from reconciler.clock import Clock
from reconciler.errors import Throttled

if TYPE_CHECKING:
    from botocore.client import BaseClient

_LARGEST_SKEW: Final = timedelta(seconds=60)
#: The call whose answers are longest, and the member in which all of that is: texts alone.
_TAGS: Final = "GetResources"
_TAGGED: Final = "ResourceTagMappingList"


class Wire:
    """Watches the clients of one caller; safe to use from several threads."""

    def __init__(self, clock: Clock, rate_limits: RateLimits | None) -> None:
        self._clock = clock
        self._rate_limits = rate_limits
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._throttles: Counter[str] = Counter()
        self._warnings: list[str] = []
        self._unmodelled: set[str] = set()
        self._synchronised = False
        self._compared = False

    @property
    def calls(self) -> Counter[str]:
        """How often each action (`ecs:RunTask`) was sent, retries included; a copy."""
        with self._lock:
            return Counter(self._calls)

    @property
    def throttles(self) -> Counter[str]:
        """How often each action was refused for now, those included that a retry has mended; a copy."""
        with self._lock:
            return Counter(self._throttles)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should be told."""
        with self._lock:
            return (*self._warnings, *_about(self._unmodelled))

    def resynchronise(self) -> None:
        """Let the next answer set the clock once more."""
        self._synchronised = False

    def watch(self, client: "BaseClient", prefix: str) -> None:
        """Attach to a client; `prefix` is its service's in IAM's actions."""
        events = client.meta.events

        def before_send(event_name: str, **_: object) -> None:
            self._sent(f"{prefix}:{event_name.rpartition('.')[2]}")

        def answered(event_name: str, parsed_response: Mapping[str, Any] | None, **_: object) -> None:
            code = (parsed_response or {}).get("Error", {}).get("Code", "")
            if CODES.get(code) is Throttled:
                self._throttled(f"{prefix}:{event_name.rpartition('.')[2]}")

        events.register("before-send", before_send)
        events.register("response-received", self._received)
        worth_repeating.watch(client)
        events.register("response-received", answered)
        model = client.meta.service_model
        if str(model.resolved_protocol).endswith("json"):
            events.register("response-received", _refuse_what_is_no_json)
        if prefix == "tag":
            events.register(f"before-parse.resource-groups-tagging-api.{_TAGS}", _take_tags)
        if (describing := unmodelled.operation(prefix)) is not None:

            def described(
                event_name: str,
                response_dict: Mapping[str, Any] | None,
                parsed_response: dict[str, Any] | None,
                **_: object,
            ) -> None:
                if response_dict is not None and parsed_response is not None and "Error" not in parsed_response:
                    raw = _json(event_name, response_dict["body"])
                    self._described(unmodelled.keep(parsed_response, raw, model))

            events.register(f"response-received.{prefix}.{describing}", described)

    def _sent(self, action: str) -> None:
        with self._lock:
            self._calls[action] += 1
        if self._rate_limits is not None:
            self._rate_limits.wait(action)

    def _throttled(self, action: str) -> None:
        with self._lock:
            self._throttles[action] += 1

    def _described(self, beyond: frozenset[str]) -> None:
        with self._lock:
            self._unmodelled |= beyond

    def _received(self, response_dict: Mapping[str, Any] | None, **_: object) -> None:
        if response_dict is None:
            return
        with self._lock:
            if self._synchronised or (date := http_date(response_dict["headers"].get("date"))) is None:
                return
            self._synchronised = True
            skew = self._clock.synchronise(date)
            if not self._compared and abs(skew) > _LARGEST_SKEW:
                direction = "behind" if skew > timedelta() else "ahead of"
                seconds = round(abs(skew).total_seconds())
                self._warnings.append(f"this host's clock is {seconds} s {direction} AWS's; AWS's time is used")
            self._compared = True


def http_date(date: str | None) -> datetime | None:
    """Read a Date header; None where there is none, or what stands there is no date."""
    try:
        return parsedate_to_datetime(date).astimezone(UTC) if date else None
    except (ValueError, OverflowError):
        return None


def _about(beyond: Collection[str]) -> Iterator[str]:
    if beyond:
        from botocore import __version__

        named = ", ".join(sorted(beyond))
        yield f"AWS describes members that botocore {__version__} has no request for: {named}; upgrade boto3"


def _take_tags(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
    """Take the list of what is tagged as it is: botocore would copy it text by text, a tenth of a pass over it."""
    try:
        answer = json.loads(response_dict["body"])
    except (ValueError, RecursionError):
        return  # botocore says so itself
    if response_dict["status_code"] == HTTPStatus.OK and isinstance(answer, dict) and _TAGGED in answer:
        customized_response_dict[_TAGGED] = answer.pop(_TAGGED)
        response_dict["body"] = json.dumps(answer).encode()


def _refuse_what_is_no_json(
    event_name: str, response_dict: Mapping[str, Any] | None, parsed_response: Mapping[str, Any] | None, **_: object
) -> None:
    """Raise OutcomeUnknown for a text that botocore could not read and took for an answer without members."""
    if response_dict is not None and parsed_response is not None and not parsed_response.keys() - {"ResponseMetadata"}:
        _json(event_name, response_dict["body"])


def _json(event_name: str, body: bytes) -> Any:
    """Read a body; raise OutcomeUnknown where it is no JSON. None at all is an answer without members."""
    try:
        return json.loads(body or "{}")
    except ValueError:
        raise answers.unexpected(event_name.rpartition(".")[2], "it is no JSON") from None
