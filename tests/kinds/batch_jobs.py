"""Batch jobs as the tests of their kind need them: only what a test says, everything else at its default."""

from collections.abc import Mapping
from typing import Any

from reconciler.model import Job, Owned, Settings, Source

SETTINGS = Settings(region="eu-west-1")

SINGLE: Mapping[str, Any] = {"type": "container", "containerProperties": {"image": "app:1"}}
TASK: Mapping[str, Any] = {
    "type": "container",
    "ecsProperties": {
        "taskProperties": [
            {
                "containers": [
                    {"name": "proxy", "image": "proxy:1", "essential": False},
                    {"name": "app", "image": "app:1"},
                ]
            }
        ]
    },
}
POD: Mapping[str, Any] = {
    "type": "container",
    "eksProperties": {"podProperties": {"containers": [{"image": "app:1"}, {"name": "side", "image": "side:1"}]}},
}
NODES: Mapping[str, Any] = {
    "type": "multinode",
    "nodeProperties": {
        "numNodes": 4,
        "mainNode": 1,
        "nodeRangeProperties": [
            {"targetNodes": "0:", "container": {"image": "worker:1"}},
            {"targetNodes": "1:2", "container": {"image": "main:1"}},
        ],
    },
}


def job(body: Mapping[str, Any] = SINGLE, **members: Any) -> Job:
    """Answer a job that owns `body`, named `nightly`."""
    return Job(
        **{
            "name": "nightly",
            "declared_name": "nightly",
            "kind": "BatchJob",
            "source": Source(file="jobs.d/nightly.yaml", line=1, column=1),
            "definition": Owned(body=body),
            "spec": {},
            **members,
        }
    )
