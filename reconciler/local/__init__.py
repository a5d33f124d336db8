"""The embedded AWS: honest enough to believe a green test, real enough to try the product on.

One loopback server. It answers ECS, CloudWatch Logs, Batch, EventBridge Scheduler, the tagging API, STS and VPCs from
its own model (where moto is wrong in what a reconciler lives by, or slow), and leaves IAM, SQS, ECR and the like to
moto. It knows AWS by its own tables and never imports the reconciler's rules: else a test would check a mistake against
itself.

    with LocalAws(clock="manual") as aws:
        aws.client("ecs").register_task_definition(...)
        aws.advance(60)
"""

from reconciler.local.embedded import LocalAws

__all__ = ["LocalAws"]
