"""Parser events into trees: anchors, aliases, merge keys, duplicate keys, and the limits that keep all of it finite."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from reconciler.manifests import scalars
from reconciler.manifests.tree import Place, Row, Table, Unanchored, show, source
from reconciler.model import Path, Problem

_DEEPEST = 100
#: What aliases may add to a document, in characters (a value counts eight and its text).
_MOST_ALIASED = 1 << 20
_PREFIX = "tag:yaml.org,2002:"
_SCALAR_TAGS = {f"{_PREFIX}{name}" for name in ("str", "int", "float", "bool", "null")}
_MERGE_KEY = "<<"
#: What an unquoted expression is replaced by: a beginning, its number from here, a filling (private characters).
STAND_IN = "\uf8ff\ue000\uf8fe"
_STAND_INS = re.compile(f"{STAND_IN[0]}([{STAND_IN[1]}-\uf000]){STAND_IN[2]}*")


class Stop(Exception):
    """The rest of the file is not worth reading; the problem that says why is recorded."""


class _Frame:
    """A container that is being built; `key` and `key_place` are set between a key and its value."""

    __slots__ = ("anchor", "container", "height", "key", "key_place", "merged", "merging", "place", "weight")

    def __init__(self, container: Table | Row, place: Place, anchor: str | None, weight: int) -> None:
        self.container = container
        self.place = place
        self.anchor = anchor
        self.weight = weight
        self.height = 1
        self.key: str | None = None
        self.key_place: Place = place
        self.merging = False
        self.merged: list[tuple[Any, Place]] = []


class _Anchored:
    """What an alias stands for: the tree, where it was written, its size in characters and its depth."""

    __slots__ = ("height", "place", "value", "weight")

    def __init__(self, value: Any, place: Place, weight: int, height: int) -> None:
        self.value = value
        self.place = place
        self.weight = weight
        self.height = height


class Composer:
    """Builds one document after another from a parser's events; `problems` are those of the present one."""

    def __init__(self, file: str, get_event: Callable[[], Any], expressions: Sequence[str] = ()) -> None:
        self._file = file
        self._get_event = get_event
        self._expressions = expressions
        self._reset()

    def _reset(self) -> None:
        self.place: Place = (self._file, 1, 1)
        self.problems: list[Problem] = []
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Anchored] = {}
        self._open_anchors: set[str] = set()
        self._weight = 0
        self._aliased = 0
        self._root: Any = None

    def document(self) -> tuple[Any, Place] | None:
        """Answer the next document's tree and place, or None at the end of the stream."""
        self._reset()
        get_event = self._get_event
        event = get_event()
        while not isinstance(event, DocumentStartEvent):
            if event is None or isinstance(event, StreamEndEvent):
                return None
            event = get_event()
        self.place = self._at(event)
        event = get_event()
        self.place = self._at(event)
        while True:
            self._take(event)
            if not self._stack:
                return self._root, self.place
            event = get_event()

    def path(self) -> Path:
        """Answer the path of what is being built."""
        steps: list[str | int] = []
        for frame in self._stack:
            if isinstance(frame.container, Row):
                steps.append(len(frame.container))
            elif frame.key is not None:
                steps.append(frame.key)
        return tuple(steps)

    def latest(self) -> Path:
        """Answer the path of the value that was read last."""
        path, top = self.path(), self._stack[-1] if self._stack else None
        if top is None or (isinstance(top.container, Table) and top.key is not None) or not top.container:
            return path
        if isinstance(top.container, Row):
            return (*path[:-1], len(top.container) - 1)
        return (*path, next(reversed(top.container)))

    def _at(self, event: Any) -> Place:
        mark = event.start_mark
        return (self._file, mark.line + 1, mark.column + 1)

    def _take(self, event: Any) -> None:
        kind = type(event)
        if kind is ScalarEvent:
            self._scalar(event)
        elif kind is MappingStartEvent:
            self._open(Table(), event, f"{_PREFIX}map")
        elif kind is SequenceStartEvent:
            self._open(Row(), event, f"{_PREFIX}seq")
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            self._close()
        elif kind is AliasEvent:
            self._alias(event)

    def _scalar(self, event: Any) -> None:
        text = event.value
        if self._expressions:
            text = _STAND_INS.sub(self._expression, text)
        self._weight += 8 + len(text)
        stack = self._stack
        is_key = bool(stack) and isinstance(stack[-1].container, Table) and stack[-1].key is None
        plain = event.implicit[0] and event.tag is None
        value = text
        if is_key:
            plain = plain and text == _MERGE_KEY
        elif plain:
            value = scalars.resolve(text)
        elif event.tag and event.tag != "!":
            value = self._tagged(event)
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(value, self._at(event), 8 + len(text), 0)
        if is_key:
            self._key(text, self._at(event), merges=plain)
        else:
            self._add(value, self._at(event), 0)

    def _expression(self, stand_in: re.Match[str]) -> str:
        number = ord(stand_in[1]) - ord(STAND_IN[1])
        return self._expressions[number] if number < len(self._expressions) else stand_in.group()

    def _tagged(self, event: Any) -> Any:
        """Answer the value of a scalar with a tag of the core schema (`!!str 8080`)."""
        if event.tag not in _SCALAR_TAGS:
            self._refuse_tag(event)
            return event.value
        name = event.tag.removeprefix(_PREFIX)
        value = event.value if name == "str" else scalars.resolve(event.value)
        if name == "float" and type(value) is int:
            value = float(value)
        kinds = {"str": str, "int": int, "float": float, "bool": bool, "null": type(None)}
        if not isinstance(value, kinds[name]) or (name == "int" and isinstance(value, bool)):
            self._problem(f'expected what !!{name} says, got "{event.value}"', self._at(event))
        return value

    def _refuse_tag(self, event: Any) -> None:
        tag = event.tag.replace(_PREFIX, "!!", 1)
        self._problem(f"the tag {tag} is not supported", self._at(event), hint="remove it, or quote the value")

    def _key(self, text: str, place: Place, *, merges: bool) -> None:
        frame = self._stack[-1]
        frame.key, frame.key_place, frame.merging = text, place, merges
        if isinstance(frame.container, Table) and text in frame.container and not merges:
            first = frame.container.places[text]
            self._problem(f'duplicate key "{text}" (first at line {first[1]})', place)

    def _open(self, container: Table | Row, event: Any, tag: str) -> None:
        place = self._at(event)
        if event.tag and event.tag not in {tag, "!"}:
            self._refuse_tag(event)
        if len(self._stack) >= _DEEPEST:
            self._give_up(f"nested too deeply (expected at most {_DEEPEST} levels)", place)
        if self._stack and isinstance(self._stack[-1].container, Table) and self._stack[-1].key is None:
            self._give_up("a mapping or list cannot be a key", place, hint='quote it ("{{ … }}" needs quotes)')
        if event.anchor:
            self._open_anchors.add(event.anchor)
        self._stack.append(_Frame(container, place, event.anchor, self._weight))
        self._weight += 8

    def _close(self) -> None:
        frame = self._stack.pop()
        container = frame.container
        if frame.merged and isinstance(container, Table):
            container = self._merged(container, frame.merged)
        if frame.anchor:
            self._open_anchors.discard(frame.anchor)
            size = self._weight - frame.weight
            self._anchors[frame.anchor] = _Anchored(container, frame.place, size, frame.height)
        self._add(container, frame.place, frame.height)

    def _alias(self, event: Any) -> None:
        place = self._at(event)
        anchored = self._anchors.get(event.anchor)
        if event.anchor in self._open_anchors:
            self._give_up(f"the alias *{event.anchor} stands inside what it stands for", place)
        if anchored is None:
            self._problem(
                f"no anchor &{event.anchor} above this alias", place, hint='quote a value that begins with "*"'
            )
            anchored = _Anchored(Unanchored(f"*{event.anchor}"), place, 0, 0)
        self._weight += anchored.weight
        self._aliased += anchored.weight
        if self._aliased > _MOST_ALIASED:
            self._give_up("the aliases of this document stand for more than 1 MiB", place)
        if len(self._stack) + anchored.height > _DEEPEST:
            self._give_up(f"nested too deeply (expected at most {_DEEPEST} levels)", place)
        frame = self._stack[-1] if self._stack else None
        if frame and isinstance(frame.container, Table) and frame.key is None:
            if isinstance(anchored.value, Unanchored):
                raise Stop
            self._key(str(anchored.value), place, merges=False)
        else:
            written = place if isinstance(anchored.value, Table | Row) else anchored.place
            self._add(anchored.value, written, anchored.height)

    def _add(self, value: Any, place: Place, height: int) -> None:
        """Put a finished value into the container that waits for it; a scalar on the key's line has the key's place."""
        if not self._stack:
            self._root = value
            return
        frame = self._stack[-1]
        frame.height = max(frame.height, height + 1)
        container = frame.container
        if isinstance(container, Row):
            container.put(value, place)
            return
        key = frame.key or ""
        frame.key = None
        if frame.merging:
            frame.merged.append((value, frame.key_place))
        elif height or place[1] == frame.key_place[1]:
            container.put(key, value, frame.key_place)
        else:
            container.put(key, value, place)

    def _merged(self, container: Table, layers: list[tuple[Any, Place]]) -> Table:
        """Answer the table with the mappings of its `<<` below its own keys, the earlier ones on top."""
        result = Table()
        for value, place in layers:
            for layer in value if isinstance(value, Row) else (value,):
                if isinstance(layer, Unanchored):
                    continue
                if not isinstance(layer, Table):
                    self._problem("<< expects a mapping, an alias of one, or a list of them", place)
                    continue
                for key, member in layer.items():
                    if key not in result:
                        result.put(key, member, layer.places[key])
        for key, member in container.items():
            result.put(key, member, container.places[key])
        return result

    def _problem(self, message: str, place: Place, hint: str = "") -> None:
        self.problems.append(Problem(message=message, source=source(place), path=show(self.path()), hint=hint))

    def _give_up(self, message: str, place: Place, hint: str = "") -> None:
        self._problem(message, place, hint)
        raise Stop
