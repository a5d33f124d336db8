"""A declarative GitOps reconciler for container jobs on AWS: ECS tasks and AWS Batch jobs."""

__version__ = "0.1.0"
