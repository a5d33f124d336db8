"""EventBridge: rules, patterns and delivery."""
