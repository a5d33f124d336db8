"""Batch jobs beside the directory: manifests of one-shots, and every job that was ever submitted."""

from collections import Counter
from typing import Any

from reconciler.local.batch.store import held
from reconciler.local.calls import Place
from tests.engine.harness import REGION, Directory

NEEDS = "[{type: VCPU, value: 1}, {type: MEMORY, value: 2048}]"


def batch_job(name: str, *, outcome: str = "exit 0 after 5s", run: str = "{}", more: str = "once: {}") -> str:
    """Answer the manifest of a BatchJob, a one-shot unless `more` says otherwise, that ends as `outcome` says."""
    return f"""
        apiVersion: reconciler/v1
        kind: BatchJob
        metadata: {{name: {name}, tags: {{team: data}}}}
        spec:
          jobDefinition:
            type: container
            containerProperties:
              image: app:1
              resourceRequirements: {NEEDS}
              environment: [{{name: LOCAL_OUTCOME, value: "{outcome}"}}]
          run: {run}
          {more}
    """


def jobs(directory: Directory) -> list[dict[str, Any]]:
    """Answer every job there is or was, the children of arrays left out, oldest first."""
    with directory.aws.lock():
        place = Place(directory.aws.account, REGION)
        return [dict(job) for job in held(directory.aws.world, place, "jobs").values() if "parent" not in job]


def submitted(directory: Directory) -> Counter[str]:
    """Answer how many jobs were submitted for each manifest."""
    return Counter(str(job["name"]).rpartition("-")[0] for job in jobs(directory))


def plan_outcome(directory: Directory, name: str, outcome: str) -> None:
    """Let jobs of a name (a glob; a child is `<name>:<index>`) end otherwise than their environment says."""
    aws = directory.aws
    with aws.lock():
        aws.world.services["batch"].controls["outcome"](
            aws.world, Place(aws.account, REGION), {"jobName": name, "outcome": outcome}
        )
