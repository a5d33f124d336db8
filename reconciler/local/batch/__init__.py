"""AWS Batch: job definitions, queues, jobs and their life."""
