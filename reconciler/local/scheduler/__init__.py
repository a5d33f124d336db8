"""EventBridge Scheduler: groups, schedules, and their firing."""
