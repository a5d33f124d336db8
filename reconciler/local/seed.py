"""What is there to begin with."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.local.world import World


class SeedError(ValueError):
    """A seed that cannot be used; the message names the place in it."""


def checked(seed: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The seed."""
    return seed or {}


def fill(world: World, seed: Mapping[str, Any], clusters: Sequence[str]) -> None:
    """Make a fresh world's things."""
    _ = seed
    for name in dict.fromkeys(["default", *clusters]):
        world.invoke("ecs", "CreateCluster", {"clusterName": name}, world.home)
    world.invoke("logs", "CreateLogGroup", {"logGroupName": "/ecs"}, world.home)
