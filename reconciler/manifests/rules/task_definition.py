"""Where the rules about task definitions look: the body, its containers, a member of each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from reconciler.manifests.rules.findings import EACH, Scene
from reconciler.model import Path

BODY: Final[Path] = ("spec", "taskDefinition")
CONTAINERS: Final[Path] = (*BODY, "containerDefinitions")
#: An image of an ECR registry, which takes the execution role and no credentials; by any of the registry's names, over
#: IPv4, over IPv6 as well (`dkr-ecr`), or FIPS.
PRIVATE_ECR: Final = re.compile(r"[0-9]{12}\.dkr[.-]ecr(-fips)?\.")


def body_of(scene: Scene) -> Mapping[str, Any]:
    """Answer the definition that the job registers; empty where it registers none."""
    body: Mapping[str, Any] = scene.spec.get("taskDefinition") or {}
    return body


def containers(scene: Scene) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the containers of the definition, each with its path."""
    listed: Sequence[Mapping[str, Any]] = body_of(scene).get("containerDefinitions", ())
    for position, container in enumerate(listed):
        yield (*CONTAINERS, position), container


def each(member: str) -> Path:
    """Answer the path of a member of every container."""
    return (*CONTAINERS, EACH, member)
