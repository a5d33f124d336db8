"""ECS."""

from reconciler.local.calls import Service

SERVICE = Service(
    name="ecs",
    operations={"CreateCluster": lambda call: {"cluster": {"clusterName": call.get("clusterName")}}},
    constraint_error="InvalidParameterException",
)
