"""The whole scenario: a directory with a past on AWS, and everything that a reconciler does in it.

| job            | what it stands for                                                                          |
|----------------|---------------------------------------------------------------------------------------------|
| migrate        | a one-shot that others wait for, with a log group of its own                                |
| load, finish   | a chain of `dependsOn`, over two clusters; load is run again only for another key           |
| flaky          | fails, is tried once more, fails for good                                                   |
| mended         | fails, is tried once more and succeeds                                                      |
| many           | 25 tasks, three calls to RunTask                                                            |
| slow           | runs for ever and is stopped by its deadline: StopTask takes its tags away                  |
| borrowed       | a one-shot on the definition that `report` owns (`definitionOf`)                            |
| linked         | a one-shot on a definition that is somebody else's (`taskDefinitionArn`)                    |
| adopted        | takes over a definition that somebody registered by hand: its one-shot is not launched      |
| crunch         | a Batch one-shot that waits for migrate                                                     |
| array          | a Batch one-shot of three children, one of which fails                                      |
| tick           | a schedule of the loop                                                                      |
| tick-batch     | the same on Batch                                                                           |
| nightly        | a schedule of EventBridge                                                                   |
| nightly-batch  | the same on Batch                                                                           |
| report         | started by hand only; its definition has changed since the last pass                        |
| gone           | was there in the last pass and is not any more: pruned                                      |
| gone-nightly   | the same, with a schedule of EventBridge                                                    |
"""

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final

from reconciler.core.ownership import Commit
from reconciler.model import Health
from tests.engine.batch import batch_job
from tests.engine.harness import SETTINGS, one_shot
from tests.engine.scheduled import BY_EVENTBRIDGE, scheduled, scheduled_batch

#: The clusters that the embedded AWS has.
CLUSTERS: Final = ("default", "other")
#: Seconds that the past is older than the scenario.
PAST: Final = 300.0
QUARTERLY: Final = 'cron: "*/15 * * * *"'
HOURLY: Final = 'cron: "15 * * * *"'
#: A Batch slot whose submission died is sent again after ten minutes.
PATIENT: Final = "startingDeadlineSeconds: 2700"
KEYED: Final = "once: {key: first, rerunOn: key}"
FAILS: Final = "exit 3 after 2s"

#: The same, but that a rule of EventBridge keeps how runs end.
WITH_EVENTS: Final = SETTINGS.replace("prune: {", "history: {events: true, retentionDays: 30}\n      prune: {")

#: What the directory holds now.
PRESENT: Final[dict[str, str]] = {
    "settings": WITH_EVENTS,
    "migrate": one_shot("migrate", more="logs: {group: /jobs/migrate, retentionDays: 30}"),
    "load": one_shot("load", run="{cluster: other}", more="dependsOn: [migrate]").replace("once: {}", KEYED),
    "finish": one_shot("finish", more="dependsOn: [load, many]"),
    "flaky": one_shot("flaky", outcome=FAILS, more="backoffLimit: 1"),
    "mended": one_shot("mended", more="backoffLimit: 1"),
    "many": one_shot("many", run="{count: 25, cluster: other}"),
    "slow": one_shot("slow", outcome="runs forever", more="activeDeadlineSeconds: 45"),
    "borrowed": """
        apiVersion: reconciler/v1
        kind: EcsJob
        metadata: {name: borrowed}
        spec:
          definitionOf: report
          run: {command: [borrow]}
          once: {}
    """,
    "linked": """
        apiVersion: reconciler/v1
        kind: EcsJob
        metadata: {name: linked}
        spec:
          taskDefinitionArn: others:1
          once: {}
    """,
    "adopted": one_shot("adopted", more="adopt: true"),
    "crunch": batch_job("crunch", more="once: {}\n          dependsOn: [migrate]"),
    "array": batch_job("array", run="{arrayProperties: {size: 3}}"),
    "tick": scheduled("tick", QUARTERLY),
    "tick-batch": scheduled_batch("tick-batch", QUARTERLY, policy=PATIENT),
    "nightly": scheduled("nightly", HOURLY, engine=BY_EVENTBRIDGE),
    "nightly-batch": scheduled_batch("nightly-batch", HOURLY, engine=BY_EVENTBRIDGE),
    "report": one_shot("report").replace("once: {}", "revisionHistoryLimit: 0").replace("app:1", "app:2"),
}

#: What the last pass has left on AWS.
FORMER: Final[dict[str, str]] = {
    "settings": SETTINGS,
    "report": one_shot("report").replace("once: {}", "revisionHistoryLimit: 0"),
    "gone": one_shot("gone").replace("once: {}", ""),
    "gone-nightly": scheduled("gone-nightly", QUARTERLY, engine=BY_EVENTBRIDGE),
}

#: When these two versions of the directory were committed.
OLDER: Final = Commit(sha="a" * 40, time=datetime(2025, 12, 1, tzinfo=UTC))
NEWER: Final = Commit(sha="b" * 40, time=datetime(2025, 12, 2, tzinfo=UTC))


def with_image(tag: str, *without: str) -> dict[str, str]:
    """Answer the present directory with another image everywhere, and without some of its jobs."""
    images = re.compile(r"\bapp:\d+")
    return {name: images.sub(f"app:{tag}", text) for name, text in PRESENT.items() if name not in without}


#: What others have registered by hand.
OTHERS: Final[tuple[dict[str, Any], ...]] = tuple(
    {
        "family": family,
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": "arn:aws:iam::123456789012:role/exec",
        "containerDefinitions": [{"name": "app", "image": "app:1"}],
    }
    for family in ("others", "adopted")
)

#: How every one-shot ends where nothing disturbs it.
ENDS: Final[dict[str, Health]] = {
    "migrate": Health.SUCCEEDED,
    "load": Health.SUCCEEDED,
    "finish": Health.SUCCEEDED,
    "flaky": Health.FAILED,
    "mended": Health.SUCCEEDED,
    "many": Health.SUCCEEDED,
    "slow": Health.FAILED,
    "borrowed": Health.SUCCEEDED,
    "linked": Health.SUCCEEDED,
    "adopted": Health.UNKNOWN,
    "crunch": Health.SUCCEEDED,
    "array": Health.FAILED,
}
#: What the loop starts, and what EventBridge does.
BY_LOOP: Final = frozenset({"tick", "tick-batch"})
BY_SCHEDULER: Final = frozenset({"nightly", "nightly-batch"})
#: How many tasks or jobs each attempt of a one-shot is.
STARTED: Final[Counter[tuple[str, int]]] = Counter(
    {
        ("migrate", 0): 1,
        ("load", 0): 1,
        ("finish", 0): 1,
        ("flaky", 0): 1,
        ("flaky", 1): 1,
        ("mended", 0): 1,
        ("mended", 1): 1,
        ("many", 0): 25,
        ("slow", 0): 1,
        ("borrowed", 0): 1,
        ("linked", 0): 1,
        ("crunch", 0): 1,
        ("array", 0): 1,
    }
)
