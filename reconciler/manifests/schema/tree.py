"""The nodes of a set of schema files, with the references between them followed."""

from typing import Any

from reconciler.manifests.schema.files import Reader
from reconciler.manifests.schema.nodes import Node
from reconciler.manifests.schema.words import Schema


class Tree:
    """The nodes of a set of schema files, each made once, when it is first asked for."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._nodes: dict[tuple[str, str], Node] = {}

    def root(self, file: str) -> Node:
        """Answer the node of a whole document."""
        return self._at(file, "")

    def _at(self, file: str, pointer: str) -> Node:
        node = self._nodes.get((file, pointer))
        if node is None:
            schema: Any = self._read(file)
            for step in pointer.split("/")[1:]:
                schema = schema[step]
            if "$ref" in schema:
                return self._referred(schema["$ref"], file)
            node = self._nodes[file, pointer] = Node()  # known before it is filled: a structure may hold itself
            node.fill(schema, lambda inner: self._inside(inner, file))
        return node

    def _inside(self, schema: Schema, file: str) -> Node:
        if "$ref" in schema:
            return self._referred(schema["$ref"], file)
        node = Node()
        node.fill(schema, lambda inner: self._inside(inner, file))
        return node

    def _referred(self, target: str, home: str) -> Node:
        file, _, pointer = target.partition("#")
        return self._at(file or home, pointer)
