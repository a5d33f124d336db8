"""What to do about a fault: the key that was meant, where it belongs, how to write the value."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.manifests.schema.files import FILES, read
from reconciler.manifests.schema.nodes import Node
from reconciler.manifests.schema.words import Schema
from reconciler.model import Path

#: How alike two words must be (difflib's ratio) before one is offered for the other; and before one is offered although
#: the word that was written is a key elsewhere.
_ALIKE = 0.75
_SAME = 0.9
#: How many levels down a misplaced key is looked for.
_REACH = 4
#: How many levels down a key of our own sections is looked for: a word of Kubernetes in `metadata`, or one of AWS's in
#: `schedule`, is none of a container's members.
_REACH_OF_OURS = 2
_OURS = frozenset(
    {("metadata",), ("spec", "schedule"), ("spec", "schedule", "eventBridge"), ("spec", "once"), ("spec", "logs")}
)
#: Members of a request that say which run it is of what.
_SET_BY_US = frozenset({"clientToken", "jobDefinition", "jobName", "startedBy", "taskDefinition"})
#: Kubernetes' words for ours.
_SYNONYMS: dict[Path, str] = {
    ("metadata", "labels"): "tags",
    ("metadata", "annotations"): "tags",
    ("spec", "containers"): "taskDefinition.containerDefinitions",
}
#: What one kind of job calls its definition, and what the other does.
_OF_THE_OTHER_KIND = {
    f"{theirs}{form}": (kind, f"{ours}{form}")
    for kind, theirs, ours in (
        ("EcsJob", "taskDefinition", "jobDefinition"),
        ("BatchJob", "jobDefinition", "taskDefinition"),
    )
    for form in ("", "File", "Arn")
}
_RUN: Path = ("spec", "run")
#: Where each kind's runs are sent.
_TARGETS = {"cluster": "jobQueue", "jobQueue": "cluster"}
#: What to write for a key that is missing, where its name does not say that; by the mapping it is missing in.
_REQUIRED: dict[Path, str] = {
    ("schedule", "engine"): "reconciler: a loop starts the runs; eventbridge: EventBridge Scheduler does",
    ("schedule", "eventBridge"): "eventBridge.roleArn is the role that EventBridge Scheduler launches with",
}
#: Lists of names with something beside each, by the shape of their entries.
_PAIRS = {"KeyValuePair": "value", "EksContainerEnvironmentVariable": "value", "Secret": "valueFrom"}
#: The members of the simplest of them.
_PAIR = {"name", "value"}
#: For the keys that people write comments under in JSON, and for an editor's `$schema`.
_NO_NOTES = "AWS takes no notes: leave it out, or keep the file in YAML and write # …"
_FOREIGN = re.compile(r"\{\{|\$\{|\$[A-Z_]{2,}|<[^>]*>|\$\$\$")
_YAML_1_1 = frozenset({"yes", "no", "on", "off", "y", "n"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHint:
    """What to say about an unknown key, and the key that was `meant` with the mapping it belongs in."""

    text: str = ""
    meant: tuple[Path, str] | None = None


def unknown_key(root: Node, path: Path, key: str) -> KeyHint:
    """Answer where an unknown key of the mapping at `path` comes from: misspelt, misplaced, or newer than we are."""
    here = _node_at(root, path)
    if here is None:
        return KeyHint()
    if path == _RUN and key in _SET_BY_US:
        return KeyHint(text="reconciler sets it itself")
    if path == ("spec",) and key in _OF_THE_OTHER_KIND:
        kind, counterpart = _OF_THE_OTHER_KIND[key]
        return KeyHint(text=f"it belongs to kind: {kind}; here it is {counterpart}", meant=(path, counterpart))
    if path == _RUN and (other := _kind_that_runs_with(root, key)) is not None:
        here_it_is = f"; here it is {_TARGETS[key]}" if key in _TARGETS else ""
        return KeyHint(text=f"it belongs to kind: {other}{here_it_is}")
    if path and key in here.schema.get("x-read-only", ()):
        file = f"{path[-1]}File"
        return KeyHint(text=f"only AWS writes it: leave it out, or keep the answer in a file of its own ({file})")
    near = _closest(key, here.properties, _SAME)
    if near is None and here.properties.keys() == _PAIR:
        return KeyHint(text=f"write {{name: {key}, value: …}}")
    if (*path, key) in _SYNONYMS:
        return KeyHint(text=f"did you mean {_SYNONYMS[*path, key]}?")
    reach = _REACH_OF_OURS if path in _OURS else _REACH
    run = here.properties.get("run") if path == _RUN[:-1] else None
    if near is not None and run is not None and key in run.properties:
        return KeyHint(text=f"belongs under spec.run, or did you mean {near}?", meant=(_RUN, key))
    place = None if near is not None else _place_of(here, key, path) or _place_of(root, key, (), reach)
    if place is not None:
        return KeyHint(text=f"belongs under {_written(place)}", meant=(place, key))
    near = near or _closest(key, here.properties)
    if near is not None:
        return KeyHint(text=f"did you mean {near}?", meant=(path, near))
    if not _operation(root, path):
        return KeyHint()
    return KeyHint(text=_newer() if key[:1].isalpha() else _NO_NOTES)


def _kind_that_runs_with(root: Node, key: str) -> str | None:
    """Name the other kind of job, where that has a member `key` of its run section and `root`'s has not."""
    for kind, file in FILES.items():
        spec = read(f"{file}.schema.json")["$defs"].get("Spec", {})
        run = spec["properties"].get("run", {}).get("properties", {})
        if key in run and kind not in root.properties["kind"].schema["enum"]:
            return kind
    return None


def required(path: Path, name: str) -> str:
    """Answer what to write for a key that is missing, where its name does not say that."""
    return _REQUIRED.get((*path[-1:], name), "")


def choice(root: Node, path: Path, value: Any, allowed: Iterable[Any]) -> str:
    """Answer the word that was meant, or for AWS's own words that there may be newer ones."""
    if value == "":
        return "leave it out"
    suggestion = variable(value) or did_you_mean(value, [entry for entry in allowed if isinstance(entry, str)])
    if suggestion or not isinstance(value, str) or not _operation(root, path):
        return suggestion
    return _newer()


def did_you_mean(word: Any, words: Iterable[str]) -> str:
    """Answer `did you mean …?` for the closest of the words, or nothing."""
    near = _closest(word, words) if isinstance(word, str) else None
    return f"did you mean {near}?" if near is not None else ""


def wrong_type(schema: Schema, written: Any) -> str:
    """Answer how to write a value of another type than the one that is wanted."""
    declared = schema.get("type", [])
    wants = declared if isinstance(declared, str) else next(iter(declared), "")
    match wants, written:
        case "string" | "integer" | "boolean", str() if variable(written):
            return variable(written)
        case "string", bool():
            return "quote it"
        case "string", list() | dict() if "boolean" in declared:  # a variable, which may stand for either
            return "quote it to pass it on as YAML text"
        case "boolean", str() if written.lower() in {"true", "false"}:
            return "remove the quotes"
        case "boolean", str() if written.lower() in _YAML_1_1:
            return "YAML 1.2 knows only true and false"
        case "array", str():
            return "write a list, one entry for each"
        case "array", dict() if (pair := _pair_of(schema)) is not None:
            return f"write a list of {{name: …, {pair}: …}}"
        case "array", dict():
            return 'begin each entry with "- "'
        case "object", list() if written and "containerDefinitions" in schema.get("properties", ()):
            return "containers stand in a list under containerDefinitions"
        case "object", list() if isinstance(schema.get("additionalProperties"), dict):
            return "write NAME: value, one a line"
        case "object", str() if schema.get("properties", {}).keys() == _PAIR:
            return "write {name: …, value: …}"
    return ""


def value_at(document: Any, path: Path) -> Any:
    """Answer what was written at `path`."""
    for step in path:
        document = document[step]
    return document


def variable(value: Any) -> str:
    """Answer how variables are written here to who writes another tool's, or the shell's, or left a placeholder."""
    foreign = isinstance(value, str) and _FOREIGN.search(value) is not None
    return "a variable is written ${{ NAME }}" if foreign else ""


def _pair_of(schema: Schema) -> str | None:
    """Answer what stands beside the name in each entry of a list that people write as a mapping."""
    return _PAIRS.get(str(schema.get("items", {}).get("$ref", "")).rpartition("/")[2])


def _closest(word: str, words: Iterable[str], alike: float = _ALIKE) -> str | None:
    plain = {_plain(name): name for name in sorted(words)}
    near = difflib.get_close_matches(_plain(word), plain, n=1, cutoff=alike)
    return plain[near[0]] if near else None


def _plain(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")


def _node_at(root: Node, path: Path) -> Node | None:
    node: Node | None = root
    for step in path:
        node = node.child(step) if node is not None else None
    return node


def _operation(root: Node, path: Path) -> bool:
    """Say whether a place lies inside a request of AWS's."""
    node: Node | None = root
    for step in path:
        if node is None:
            return False
        if "x-aws" in node.schema:
            return True
        node = node.child(step)
    return node is not None and "x-aws" in node.schema


def _place_of(start: Node, key: str, path: Path, reach: int = _REACH) -> Path | None:
    """Answer the shallowest mapping below `start`, not itself, that has the key."""
    level = [(path, start)]
    for _ in range(reach):
        level = [inner for place, node in level for inner in _inside(place, node)]
        for place, node in level:
            if key in node.properties:
                return place
    return None


def _inside(path: Path, node: Node) -> Iterator[tuple[Path, Node]]:
    for key, child in node.properties.items():
        if child.properties:
            yield (*path, key), child
        elif child.items is not None and child.items.properties:
            yield (*path, key, 0), child.items


def _written(path: Path) -> str:
    text = ""
    for step in path:
        text += "[]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _newer() -> str:
    from importlib.metadata import version

    return f"not known to botocore {version('botocore')}; upgrade boto3 if AWS has added it"
