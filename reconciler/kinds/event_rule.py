"""The EventBridge rule that keeps how an owner's runs end, and what lets it write into CloudWatch Logs.

ECS forgets a stopped task after an hour, Batch a job after seven days. Where Settings' `spec.history.events` is true, a
rule hears of every task and job of the owner's that has ended and writes the event, whole, into the log group
`/reconciler/<owner>/events`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.core import ownership, run_keys
from reconciler.core.descriptions import described
from reconciler.core.ownership import Commit
from reconciler.core.rule import Grade, Rule
from reconciler.core.rules import Default, JsonText, Keyed, NotCompared, Rules, each
from reconciler.kinds.everywhere_rules import EVERYWHERE
from reconciler.kinds.schedule import owners_group
from reconciler.model import Resource, Settings, Source, Spec

KIND: Final = "event-rule"
#: The rule's only target.
TARGET: Final = "history"
_EVENTS: Final = "events.amazonaws.com"
_DELIVERY: Final = "delivery.logs.amazonaws.com"
_API: Final = "EventBridge API reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where the rule is, as ARNs say it."""

    partition: str
    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        """Answer the ARN of a resource here."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


def rule_name(owner: str) -> str:
    """Name the rule of an owner, and the resource policy that belongs to it."""
    return owners_group(owner)


def log_group(owner: str) -> str:
    """Name the log group that the rule writes to."""
    return f"/reconciler/{owner}/events"


def desired(settings: Settings, home: Home, commit: Commit | None) -> Resource:
    """Answer the rule with its target and its policy, each in AWS's own spelling."""
    owner = settings.owner
    name, group = rule_name(owner), home.arn("logs", f"log-group:{log_group(owner)}")
    spec: Spec = {
        "Name": name,
        "Description": described({"owner": owner, "commit": str(commit) if commit is not None else None}),
        "EventPattern": json.dumps(_pattern(owner), separators=(",", ":")),
        "State": "ENABLED",
        "Targets": [{"Id": TARGET, "Arn": group}],
        "ResourcePolicy": json.dumps(_policy(group, home.arn("events", f"rule/{name}")), separators=(",", ":")),
    }
    source = settings.source or Source(file="")
    return Resource(
        kind=KIND,
        name=name,
        job="",
        spec=spec,
        source=source,
        tags={**settings.tags, ownership.OWNER: owner},
    )


def _pattern(owner: str) -> Mapping[str, Any]:
    """Answer what the rule hears: tasks by startedBy, which their tags do not outlive (StopTask), jobs by their tag."""
    tasks = {"startedBy": [{"prefix": run_keys.owner_prefix(owner)}], "lastStatus": ["STOPPED"]}
    jobs = {"tags": {ownership.OWNER: [owner]}, "status": ["SUCCEEDED", "FAILED"]}
    return {
        "source": ["aws.ecs", "aws.batch"],
        "detail-type": ["ECS Task State Change", "Batch Job State Change"],
        "detail": {"$or": [tasks, jobs]},
    }


def _policy(group: str, rule: str) -> Mapping[str, Any]:
    """Answer who may write into the group (EventBridge user guide, "CloudWatch Logs permissions")."""
    writers = {"Service": [_EVENTS, _DELIVERY]}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": writers,
                "Action": "logs:CreateLogStream",
                "Resource": f"{group}:*",
            },
            {
                "Effect": "Allow",
                "Principal": writers,
                "Action": "logs:PutLogEvents",
                "Resource": f"{group}:*:*",
                "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
            },
        ],
    }


_ROWS: tuple[Rule, ...] = (
    *each(
        NotCompared(source=f"{_API}, DescribeRule, less PutRule", grade=Grade.DOCUMENTED),
        "Arn",
        "CreatedBy",
    ),
    Default(path="State", value="ENABLED", source=f"{_API}, PutRule", grade=Grade.DOCUMENTED),
    Default(path="EventBusName", value="default", source=f"{_API}, PutRule", grade=Grade.DOCUMENTED),
    *each(
        JsonText(source=f"{_API}: texts that hold JSON", grade=Grade.DOCUMENTED),
        "EventPattern",
        "ResourcePolicy",
    ),
    Keyed(path="Targets", by=("Id",), source=f"{_API}, PutTargets", grade=Grade.DOCUMENTED),
)

RULES = Rules(kind=KIND, leading=("Name",), rows=(*EVERYWHERE, *_ROWS))
