"""ECS: clusters, task definitions, tasks and their life."""
