"""Every difference names the line that, edited, removes it: over random manifests in every way to write a value.

A value may stand in the manifest in block or flow style, plain, quoted or by a variable, behind an anchor, in a file
that the manifest names, in Settings' defaults, in the overlay of an environment of either; tags and logs beside them.
"""

import copy
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reconciler.core.diff import compare
from reconciler.core.tags import tag_changes
from reconciler.kinds.registry import kind_of
from reconciler.manifests import LoadRequest, load
from reconciler.model import FieldChange, Resource, Severity

#: A failing example is shown as it was found: making it smaller takes minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
Steps = tuple[Any, ...]


@dataclass
class Scribe:
    """Writes values as text, each with a mark of its own, and remembers the texts that stand for it."""

    draw: Any
    variables: dict[str, str] = field(default_factory=dict)
    anchors: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0

    def value(self) -> tuple[str, str]:
        """Answer a fresh value: what it is, and how it is written."""
        self.count += 1
        value = f"v{self.count}x"
        match self.draw(st.sampled_from(["plain", "single", "double", "variable", "anchor", "alias"])):
            case "single":
                return value, f"'{value}'"
            case "double":
                return value, f'"{value}"'
            case "variable":
                self.variables[f"W{self.count}"] = value
                return value, f'"${{{{ W{self.count} }}}}"'
            case "anchor":
                self.anchors.append((f"a{self.count}", value))
                return value, f"&a{self.count} {value}"
            case "alias" if self.anchors:
                name, value = self.anchors[-1]
                return value, f"*{name}"
        return value, value

    def text(self, tree: Any, indent: int) -> str:
        """Write a tree of mappings, lists and values in block style, or from somewhere down in flow style."""
        if self.draw(st.integers(0, 3)) == 0:
            return f" {self.flow(tree)}\n"
        pad = "  " * indent
        if isinstance(tree, dict):
            return "\n" + "".join(f"{pad}{name}:{self.text(inner, indent + 1)}" for name, inner in tree.items())
        if isinstance(tree, list):
            return "\n" + "".join(f"{pad}-{self.entry(inner, indent + 1)}" for inner in tree)
        return f" {tree}\n"

    def entry(self, tree: Any, indent: int) -> str:
        return self.text(tree, indent) if isinstance(tree, dict | list) else f" {tree}\n"

    def flow(self, tree: Any) -> str:
        if isinstance(tree, dict):
            return "{" + ", ".join(f"{name}: {self.flow(inner)}" for name, inner in tree.items()) + "}"
        if isinstance(tree, list):
            return "[" + ", ".join(self.flow(inner) for inner in tree) + "]"
        return str(tree)


def written(scribe: Scribe, shape: Any) -> Any:
    """Answer a shape with each None in it replaced by a written value."""
    if isinstance(shape, dict):
        return {name: written(scribe, inner) for name, inner in shape.items()}
    if isinstance(shape, list):
        return [written(scribe, inner) for inner in shape]
    return scribe.value()[1] if shape is None else shape


def container(draw: Any, number: int) -> dict[str, Any]:
    """Answer the shape of a container with any of the members that take any text."""
    optional: dict[str, Any] = {
        "user": None,
        "workingDirectory": None,
        "hostname": None,
        "command": [None] * draw(st.integers(1, 3)),
        "environment": [{"name": f"E{n}", "value": None} for n in range(draw(st.integers(1, 3)))],
        "dockerLabels": {f"l{n}": None for n in range(draw(st.integers(1, 2)))},
    }
    return {
        "name": f"c{number}",
        "image": None,
        **{name: inner for name, inner in optional.items() if draw(st.booleans())},
    }


def files(draw: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Answer a directory's files, by name, and the variables that they use."""
    scribe = Scribe(draw=draw)
    containers = [written(scribe, container(draw, number)) for number in range(draw(st.integers(1, 2)))]
    scribe.anchors.clear()  # they hold below their own place, in their own file
    body: dict[str, Any] = {"requiresCompatibilities": "[EC2]", "containerDefinitions": containers, "memory": 512}
    family = {"taskDefinition": {"family": f"v{scribe.count + 1}x"}}
    scribe.count += 1
    place = draw(st.sampled_from(["manifest", "file", "flow file", "defaults", "overlay", "settings overlay"]))
    found: dict[str, str] = {}
    manifest = "apiVersion: reconciler/v1\nkind: EcsJob\nmetadata:\n  name: job\n  tags:"
    manifest += scribe.text(written(scribe, {"own": None}), 2) + "spec:\n"
    if place in {"file", "flow file"}:
        manifest += "  taskDefinitionFile: definition.yaml\n"
        found["definition.yaml"] = scribe.flow(body) if place == "flow file" else scribe.text(body, 0).strip() + "\n"
    else:
        manifest += "  taskDefinition:" + scribe.text(body, 2)
    scribe.anchors.clear()
    if draw(st.booleans()):
        manifest += "  logs:" + scribe.text(written(scribe, {"group": None, "streamPrefix": None}), 2)
    scribe.anchors.clear()
    directory = "  region: eu-west-1\n  tags:" + scribe.text(written(scribe, {"shared": None}), 2)
    match place:
        case "overlay":
            manifest += "  environments:\n    test:" + scribe.text(family, 3)
            directory += "  environments: {test: {}}\n"
        case "defaults":
            directory += "  defaults:\n    EcsJob:" + scribe.text(family, 3)
        case "settings overlay":
            directory += "  environments:\n    test:\n      defaults:\n        EcsJob:" + scribe.text(family, 5)
    variables = "".join(f"    {name}: {value}\n" for name, value in scribe.variables.items())
    directory += f"  variables:\n{variables}" if variables else ""
    head = "apiVersion: reconciler/v1\nkind: Settings\nmetadata: {name: team}\nspec:\n"
    return {**found, "job.yaml": manifest, "settings.yaml": head + directory}, scribe.variables


def wanted(directory: Path) -> Resource:
    overlaid = "test:" in (directory / "settings.yaml").read_text()
    found = load(directory, LoadRequest(environment="test" if overlaid else None))
    assert not [str(problem) for problem in found.problems if problem.severity is Severity.ERROR], (
        [str(problem) for problem in found.problems],
        {path.name: path.read_text() for path in directory.iterdir()},
    )
    (job,) = found.jobs
    resource = kind_of(job).definition(job, found.settings)
    assert resource is not None
    return resource


def leaves(value: Any, path: Steps = ()) -> Iterator[Steps]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    elif isinstance(value, str) and re.fullmatch(r"v\d+x", value):
        yield path


def at(value: Any, path: Steps) -> Any:
    for step in path:
        value = value[step]
    return value


def changes_of(resource: Resource, live: Any, tags: dict[str, str]) -> dict[str, FieldChange]:
    from reconciler.kinds.task_definition_rules import RULES

    found = compare(resource.spec, live, RULES, sources=resource.sources)
    different = tag_changes(resource.tags, tags, sources=resource.tag_sources).changes
    return {change.path: change for change in (*found, *different)}


def edited(line: str, value: str, live: str, variables: dict[str, str]) -> str:
    """Answer the line with the value replaced, however it is written there."""
    names = [name for name, held in variables.items() if held == value]
    for text in (value, *(f"${{{{ {name} }}}}" for name in names)):
        if re.search(rf"{re.escape(text)}(?!\d)", line):
            return line.replace(text, live)
    aliases = re.findall(r"\*a\d+", line)
    assert aliases, f"neither {value} nor a variable or alias of it is on the line {line!r}"
    return line.replace(aliases[0], live)


@given(data=st.data())
@settings(
    max_examples=int(os.environ.get("RECONCILER_LINES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=PHASES,
)
def test_the_line_of_a_difference_is_the_one_to_edit(data: Any) -> None:
    contents, variables = files(data.draw)
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        for name, text in contents.items():
            (directory / name).write_text(text)
        resource = wanted(directory)
        spec, tags = json.loads(json.dumps(resource.spec)), dict(resource.tags)
        place = data.draw(st.sampled_from([*leaves(spec), *(("tags", key) for key in tags)]))
        live, value = copy.deepcopy(spec), at({"tags": tags, **spec}, place)
        if place[0] == "tags":
            tags[place[1]] = "other"
        else:
            at(live, place[:-1])[place[-1]] = "other"
        found = changes_of(resource, live, tags)
        assert len(found) == 1, found
        ((path, change),) = found.items()
        assert (change.before, change.after) == ("other", value)
        assert change.source is not None
        file = Path(change.source.file)
        lines = file.read_text().splitlines(keepends=True)
        lines[change.source.line - 1] = edited(lines[change.source.line - 1], value, "other", variables)
        file.write_text("".join(lines))
        assert path not in changes_of(wanted(directory), live, tags), "".join(lines)
