"""Who is told of what happens to a directory while a loop keeps it (Settings' `notify`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Event(StrEnum):
    """What somebody may want to be told; each is told once, when it begins."""

    DRIFT = "drift"
    RUN_FAILED = "runFailed"
    FAILING = "passFailing"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A URL that is sent a POST; whoever knows it may write there, so neither it nor the headers are ever shown."""

    url: str = field(repr=False)
    format: Literal["json", "slack"] = "json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic of Amazon SNS."""

    arn: str
    format: Literal["text", "json"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """One that is told: of which events, and of which jobs (name patterns; none: of all)."""

    to: Webhook | Topic
    events: tuple[Event, ...] = tuple(Event)
    jobs: tuple[str, ...] = ()
