"""Applying and then planning changes nothing: random parts of rich definitions, registered and looked at again.

`RECONCILER_EXAMPLES=100` takes more parts of each than everyday's few.
"""

import json
import os
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from reconciler.manifests import LoadRequest, load
from reconciler.model import Path as Place
from reconciler.model import Severity, Sync
from tests.engine.harness import Directory
from tests.kinds.request_shapes import REQUESTS, members

RICH = Path(__file__).parents[1] / "data" / "rich_definitions.yaml"
PARTS = int(os.environ.get("RECONCILER_EXAMPLES", "8"))
SECTIONS = {
    "EcsJob": ("taskDefinition", "RegisterTaskDefinition"),
    "BatchJob": ("jobDefinition", "RegisterJobDefinition"),
}
SETTINGS = """
    apiVersion: reconciler/v1
    kind: Settings
    metadata: {name: parts}
    spec: {region: eu-west-1}
"""
#: Beside what AWS requires: without these a definition is another one, or what names them is left hanging.
KEPT = {
    "containerProperties", "ecsProperties", "eksProperties", "podProperties", "container", "containers", "name", "image",
    "networkMode", "requiresCompatibilities", "platformCapabilities", "executionRoleArn", "volumes", "cpu", "memory",
    "memoryReservation", "resourceRequirements", "resources", "limits", "requests", "transitEncryption", "maxSwap",
    "healthCheck", "scope", "logConfiguration", "sourceVolume", "containerPort", "containerName", "attempts", "sourceContainer", "containerPath",
}  # fmt: skip


def rich() -> dict[str, Any]:
    import yaml

    found: dict[str, Any] = yaml.safe_load(RICH.read_text(encoding="utf-8"))
    return found


def part(value: Any, shape: Shape, chance: random.Random) -> Any:
    """Answer a part: some members left out, null or empty, entries of lists in another order."""
    match shape:
        case StructureShape():
            kept = {*KEPT, *shape.required_members}
            some: dict[str, Any] = {}
            for name, inner in value.items():
                if name in kept or chance.random() < 0.8:
                    some[name] = part(inner, shape.members[name], chance)
                elif chance.random() < 0.5:
                    some[name] = [] if isinstance(shape.members[name], ListShape) else None
            return some
        case ListShape(member=StructureShape() as entry):
            return chance.sample([part(inner, entry, chance) for inner in value], len(value))
        case MapShape():
            return {key: inner for key, inner in value.items() if key.startswith("awslogs") or chance.random() < 0.8}
    return value


def patterns(value: Any, place: str = "") -> set[str]:
    if isinstance(value, dict):
        return {place}.union(*(patterns(inner, f"{place}.{name}") for name, inner in value.items()))
    if isinstance(value, list):
        return {place}.union(*(patterns(entry, f"{place}[]") for entry in value))
    return {place}


def written(place: Place) -> str:
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in place)


@pytest.fixture
def parts(directory: Directory) -> Directory:
    """A directory with parts of every rich definition; the whole ones among them, and none that is refused offline."""
    directory.write(settings=SETTINGS)
    chance, found, seen = random.Random(7), Counter[str](), dict[str, set[str]]()
    bodies: dict[str, tuple[str, Any]] = {}
    for name, definition in rich().items():
        shape = REQUESTS[SECTIONS[definition["kind"]][1]].shape
        for number in range(PARTS):
            body = part(definition["body"], shape, chance) if number else definition["body"]
            section = SECTIONS[definition["kind"]][0]
            manifest = {
                "apiVersion": "reconciler/v1",
                "kind": definition["kind"],
                "metadata": {"name": f"{name}-{number}"},
                "spec": {section: body},
            }
            (directory.path / f"{name}-{number}.yaml").write_text(json.dumps(manifest))
            bodies[f"{name}-{number}"] = (definition["kind"], body)
    refused = {
        Path(problem.source.file).stem: str(problem)
        for problem in load(directory.path, LoadRequest()).problems
        if problem.severity is Severity.ERROR and problem.source is not None
    }
    assert not [reason for name, reason in refused.items() if name.endswith("-0")]
    for name in refused:
        directory.remove(name)
    for name, (kind, body) in bodies.items():
        if name not in refused:
            found[kind] += 1
            seen.setdefault(kind, set()).update(patterns(body))
    for kind, (_, operation) in SECTIONS.items():
        every = {written(place).partition("{")[0] for place, _ in members(REQUESTS[operation].shape)}
        sys.stdout.write(f"{kind}: {found[kind]} parts, {len(every & seen[kind])} of {len(every)} members in them\n")
    sys.stdout.write(f"refused offline, as parts that make no whole: {len(refused)}\n")
    assert len(refused) < len(bodies) / 3
    return directory


def test_a_second_pass_has_nothing_to_do(parts: Directory) -> None:
    first = parts.once()
    assert [f"{step.name}: {step.error}" for step in first.steps if step.error] == []
    second = parts.once()
    assert [step.name for step in second.steps if step.operation is not None] == []
    assert {job.sync for job in parts.drift().jobs} == {Sync.IN_SYNC}
