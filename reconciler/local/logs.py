"""CloudWatch Logs."""

from reconciler.local.calls import Service

SERVICE = Service(
    name="logs",
    operations={"CreateLogGroup": lambda call: dict(call.store)},
    constraint_error="InvalidParameterException",
)
