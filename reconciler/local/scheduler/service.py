"""EventBridge Scheduler: groups, schedules and their firing. What each part knows is told in its own module."""

from collections.abc import Iterable

from reconciler.local.calls import Call, Needed, Service
from reconciler.local.scheduler.firing import fire, invocations, invoke, plan_failure
from reconciler.local.scheduler.groups import (
    create_schedule_group,
    delete_group,
    delete_schedule_group,
    get_schedule_group,
    list_schedule_groups,
    list_tags_for_resource,
    tag_resource,
    tagged,
    untag_resource,
)
from reconciler.local.scheduler.schedules import (
    create_schedule,
    delete_schedule,
    get_schedule,
    list_schedules,
    update_schedule,
)
from reconciler.local.scheduler.store import DEFAULT_GROUP


def _needs(call: Call) -> Iterable[Needed]:
    """Permission on the schedule or group that is named, PassRole for the target's role, TagResource for tags."""
    own, name = f"scheduler:{call.operation}", call.get("Name")
    if call.operation.endswith("ScheduleGroup"):
        yield Needed(own, call.place.arn("scheduler", f"schedule-group/{name}"))
        if call.get("Tags"):
            yield Needed("scheduler:TagResource", call.place.arn("scheduler", f"schedule-group/{name}"))
    elif name is not None:
        yield Needed(own, call.place.arn("scheduler", f"schedule/{call.get('GroupName', DEFAULT_GROUP)}/{name}"))
    role = call.get("Target", {}).get("RoleArn")
    if role is not None:
        yield Needed("iam:PassRole", role, {"iam:PassedToService": ["scheduler.amazonaws.com"]})


SERVICE = Service(
    name="scheduler",
    operations={
        "CreateSchedule": create_schedule,
        "UpdateSchedule": update_schedule,
        "GetSchedule": get_schedule,
        "DeleteSchedule": delete_schedule,
        "ListSchedules": list_schedules,
        "CreateScheduleGroup": create_schedule_group,
        "GetScheduleGroup": get_schedule_group,
        "ListScheduleGroups": list_schedule_groups,
        "DeleteScheduleGroup": delete_schedule_group,
        "TagResource": tag_resource,
        "UntagResource": untag_resource,
        "ListTagsForResource": list_tags_for_resource,
    },
    constraint_error="ValidationException",
    due={"fire": fire, "invoke": invoke, "delete-group": delete_group},
    tagged=tagged,
    controls={"failure": plan_failure, "invocations": invocations},
    needs=_needs,
)
