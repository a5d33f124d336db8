"""Tells people and machines, while a loop runs, that something has changed for better or worse: webhooks and SNS."""
