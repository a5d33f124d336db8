"""Checks documents against the schemas, and makes their scalars what AWS is sent.

What is checked is a document after merging and substitution; the schemas are those that editors complete from
(`docs/schemas.md`). A document is accepted by :mod:`reconciler.manifests.schema.nodes`; one that is not is explained
with jsonschema, which is not imported before.
"""

import json
from functools import cache
from typing import Any

from reconciler.manifests.schema.faults import Fault, explain, unknown_kind
from reconciler.manifests.schema.files import FILES, NAMES, Reader, bundle, read, schema_text
from reconciler.manifests.schema.nodes import Node
from reconciler.manifests.schema.tree import Tree
from reconciler.model import Path

__all__ = [
    "FILES",
    "NAMES",
    "Fault",
    "bundle",
    "check",
    "coerce",
    "knows",
    "misfit",
    "read_only",
    "schema_text",
    "unknown_kind",
    "wants_text",
]

#: Of what jsonschema says, which may quote a whole document.
_LONGEST = 200


def check(kind: Any, document: Any) -> list[Fault]:
    """Answer everything that is wrong with a merged document, one fault for each cause, in the order of paths.

    `kind` is a manifest's kind, or the name of a schema (`task-definition`) for a file that a manifest names. Values
    are looked at as AWS would be sent them (:func:`coerce`), so that a range holds for digits in quotes as well.
    """
    if not isinstance(kind, str) or (kind not in FILES and kind not in NAMES):
        return [unknown_kind(kind)]
    file = _file(kind)
    if _accepted(_shipped(), file, document):
        return []
    # What the shipped files refuse, a newer botocore may know: its models are asked, so that upgrading boto3 helps.
    tree, reader = _installed() or (_shipped(), read)
    if _accepted(tree, file, document):
        return []
    return explain(tree.root(file), reader, file, document)


def misfit(name: str, document: Any) -> str:
    """Answer the first thing by which a document is not as the schema named says, with its place; nothing if none is.

    For documents of our own, as reports are; :func:`check` explains what people write.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    fault = best_match(Draft202012Validator(json.loads(schema_text(name))).iter_errors(document))
    if fault is None:
        return ""
    message = fault.message if len(fault.message) <= _LONGEST else f"{fault.message[:_LONGEST]}…"
    return f"{fault.json_path.removeprefix('$.')}: {message}"


def coerce(kind: str, document: Any) -> Any:
    """Answer the document with numbers as text where text is wanted, and digits as numbers where numbers are.

    Integral floats become integers, members that are null and may not be are left out (null is absent), everything else
    stays; a boolean never becomes anything. The argument is not changed.
    """
    return _shipped().root(_file(kind)).coerced(document)


def wants_text(kind: str, path: Path) -> bool:
    """Say whether text is wanted at a place of a document, merged or not; where nothing is known, text stays text."""
    node = _node(_shipped(), kind, path)
    return node is None or node.wants == "string"


def knows(kind: str, path: Path) -> bool:
    """Say whether there is a place at `path` of a document of a kind."""
    if _node(_shipped(), kind, path) is not None:
        return True
    installed = _installed()
    return installed is not None and _node(installed[0], kind, path) is not None


def read_only(name: str) -> frozenset[str]:
    """Answer the members that AWS adds to a registered `task-definition` or `job-definition`."""
    return frozenset(read(f"{name}.schema.json")["x-read-only"])


def _node(tree: Tree, kind: str, path: Path) -> Node | None:
    node: Node | None = tree.root(_file(kind))
    for step in path:
        node = node.child(step) if node is not None else None
    return node


def _file(kind: str) -> str:
    return f"{FILES.get(kind, kind)}.schema.json"


@cache
def _shipped() -> Tree:
    return Tree(read)


@cache
def _installed() -> tuple[Tree, Reader] | None:
    """Answer the schemas of the installed botocore, None where the shipped files are made from it."""
    from importlib.metadata import version

    if version("botocore") == read("task-definition.schema.json")["x-botocore"]:
        return None
    from reconciler.manifests.generate_schemas import build

    schemas = {f"{name}.schema.json": schema for name, schema in build().items()}
    return Tree(schemas.__getitem__), schemas.__getitem__


def _accepted(tree: Tree, file: str, document: Any) -> bool:
    root = tree.root(file)
    return root.accepts(root.coerced(document))
