"""How ECS's things are held, and how they are found by name, short form or ARN.

`call.store` is `{"clusters": {name: …}, "families": {family: {"next": n, "revisions": {"7": …}}}, "tasks": {cluster:
{id: …}}, "tokens": {cluster: {token: …}}, "services": {cluster: {name: …}}, "plans": […]}`.
A revision is `{"definition": the described task definition, "tags": {…}, "tagged": epoch seconds}`.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.local.calls import AwsError, Call, Place

if TYPE_CHECKING:
    from reconciler.local.world import World

Record = dict[str, Any]


class Family(NamedTuple):
    """What a task definition's identifier names: a family and, unless it is bare, a revision."""

    name: str
    revision: int | None


def section(world: "World", place: Place, name: str) -> dict[str, Any]:
    """One section of ECS's state in a place."""
    held: dict[str, Any] = world.store("ecs", place).setdefault(name, {})
    return held


def client_error(message: str) -> AwsError:
    """ECS's error for what the caller did wrong."""
    return AwsError("ClientException", message)


def invalid(message: str) -> AwsError:
    """ECS's error for a parameter that cannot be right."""
    return AwsError("InvalidParameterException", message)


def resource_of(place: Place, identifier: str, kind: str) -> str:
    """The part of an ARN behind `<kind>/`; a short form as it is. An ARN of another account or region is refused."""
    if not identifier.startswith("arn:"):
        return identifier
    words = identifier.split(":", 5)
    if len(words) != 6 or words[2] != "ecs" or not words[5].startswith(f"{kind}/"):
        raise invalid("Invalid identifier: Invalid Arn")
    if words[3] != place.region:
        raise invalid(f"Invalid identifier: Region mismatch: expected {place.region}, got {words[3]}")
    if words[4] != place.account:
        raise invalid(f"Invalid identifier: AccountIDs mismatch: expected {place.account}, got {words[4]}")
    return words[5].removeprefix(f"{kind}/")


def family_of(place: Place, identifier: str) -> Family:
    """What a task definition's ARN, `family:revision` or `family` names."""
    name, colon, revision = resource_of(place, identifier, "task-definition").partition(":")
    if not colon:
        return Family(name, None)
    if not revision.isdigit():
        raise invalid(f"Invalid revision number. Number: {revision}")
    return Family(name, int(revision))


def find_revision(world: "World", place: Place, identifier: str) -> Record | None:
    """The revision that an identifier names; of a bare family the latest ACTIVE one, as AWS documents."""
    family = family_of(place, identifier)
    revisions = section(world, place, "families").get(family.name, {}).get("revisions", {})
    if family.revision is not None:
        found: Record | None = revisions.get(str(family.revision))
        return found
    active = [int(number) for number, held in revisions.items() if held["definition"]["status"] == "ACTIVE"]
    latest: Record | None = revisions[str(max(active))] if active else None
    return latest


def cluster_name(place: Place, identifier: str | None) -> str:
    """A cluster's name out of a name or an ARN; `default` where none is given."""
    return resource_of(place, identifier or "default", "cluster")


def find_cluster(call: Call) -> Record:
    """The ACTIVE cluster that the call names. Raises AwsError(ClusterNotFoundException)."""
    name = cluster_name(call.place, call.get("cluster"))
    cluster: Record | None = section(call.world, call.place, "clusters").get(name)
    if cluster is None or cluster["status"] != "ACTIVE":
        raise AwsError("ClusterNotFoundException", "Cluster not found.")
    return cluster


def tasks_of(world: "World", place: Place, cluster: str) -> dict[str, Record]:
    """The tasks of a cluster by id, those that stopped within the hour too."""
    held: dict[str, Record] = section(world, place, "tasks").setdefault(cluster, {})
    return held


def references(world: "World", place: Place, arn: str) -> bool:
    """Whether a task that has not stopped, or a service, uses a task definition."""
    for tasks in section(world, place, "tasks").values():
        if any(
            held["task"]["taskDefinitionArn"] == arn and held["task"]["lastStatus"] != "STOPPED"
            for held in tasks.values()
        ):
            return True
    return any(
        service["taskDefinition"] == arn and service["status"] == "ACTIVE"
        for services in section(world, place, "services").values()
        for service in services.values()
    )


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as ECS answers them."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def tag_map(tags: list[dict[str, str]] | None) -> dict[str, str]:
    """Tags as ECS is sent them, checked: Raises AwsError(InvalidParameterException | ClientException).

    Source: botocore's `Tags` shape and its documentation (keys to 128 characters, values to 256, unique, no `aws:`).
    """
    if tags is None:
        return {}
    if not tags:
        raise client_error("Tags can not be empty.")
    checked: dict[str, str] = {}
    for tag in tags:
        key, value = tag.get("key", ""), tag.get("value", "")
        if not key:
            raise invalid("Tag key cannot be null or empty.")
        if key in checked:
            raise invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
        if key.lower().startswith("aws:"):
            raise invalid("aws: prefixed tag key names are not allowed for external use.")
        checked[key] = value
    if len(checked) > 50:
        raise invalid("The maximum number of tags per resource is 50.")
    return checked
