"""The canonical form of a spec ("essence"): what is left when every spelling that AWS treats as equal is made one.

It exists only for comparing; what is sent is always what the author wrote. In it, members that count as left out are
left out (also those that say the default), lists whose entries have names are :class:`Entries`, and the rest is as
it was. Members that the table does not know stay as they are.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core.rules import DefaultFrom, DropEntries, Rule, Rules
from reconciler.core.spellings import alike, canonical_text
from reconciler.core.tree import PLAIN, Entries, Node, holds, tree
from reconciler.model import ABSENT, Path, Spec

_SCALARS = frozenset({str, int, bool, float})


def essence(spec: Spec, rules: Rules) -> dict[str, Any]:
    """Answer the canonical form of a spec, as sent or as received."""
    return Walk(spec, rules).essence()


def equal(desired: Spec, observed: Spec, rules: Rules) -> bool:
    """Answer whether two specs have the same canonical form."""
    one, other = essence(desired, rules), essence(observed, rules)
    return one == other and alike(one, other)


class Walk:
    """One way through one spec."""

    #: Whether plain values may be taken over without a visit; a walk that keeps track of them says no.
    shortcuts = True

    def __init__(self, spec: Spec, rules: Rules) -> None:
        self.spec = spec
        self.rules = rules
        self.tree = tree(rules)

    def essence(self) -> dict[str, Any]:
        """Answer the canonical form of the whole spec."""
        return self.structure(self.tree.top, self.spec, ())

    def note(self, row: Rule, raw: Any, path: Path = (), place: Path = ()) -> None:
        """Hear that a row made `raw` another value, or nothing; below the present place where `path` says so."""

    def entries_found(self, row: Rule, keys: Sequence[str], places: Sequence[int]) -> None:
        """Hear in which order the entries of the present list stood."""

    def value(self, node: Node, raw: Any, siblings: Spec, step: str | int, place: str | int) -> Any:
        """Answer the canonical form of one value, ABSENT where it counts as left out.

        `step` is its place in the canonical form, `place` the one in the spec.
        """
        for unseen in node.not_compared:
            if holds(unseen.when, self.spec, siblings):
                self.note(unseen, raw)
                return ABSENT
        kind = type(raw)
        result = raw
        if kind in _SCALARS:
            pass
        elif kind is dict or isinstance(raw, Mapping):
            result = self.entries(node, raw) if kind is Entries else self.structure(node, raw, ())
            if not result and node.empty is not None and kind is not Entries:
                self.note(node.empty, raw)
                return ABSENT
        elif isinstance(raw, list | tuple):
            result = self.listed(node, raw)
        for rewriting, rewrite in node.rewrites:
            result = rewrite(result)
            self.note(rewriting, raw)
        for usual, default in node.defaults:
            value = siblings.get(usual.member[1:]) if isinstance(usual, DefaultFrom) else default
            if alike(result, value) and (not usual.when or holds(usual.when, self.spec, siblings)):
                self.note(usual, raw)
                return ABSENT
        if not result and kind not in _SCALARS and self.tree.empty_list and isinstance(result, Entries | list):
            self.note(self.tree.empty_list, raw)
            return ABSENT
        return result

    def structure(self, node: Node, raw: Spec, keys: Sequence[str]) -> dict[str, Any]:
        """Answer the canonical form of a structure or map, without the members that are its key in a list."""
        members, shortcuts, result = node.members, self.shortcuts, {}
        for name, value in raw.items():
            if value is None and self.tree.null is not None:
                self.note(self.tree.null, None, (name,), (name,))
                continue
            child = members.get(name)
            if name in keys:
                if not shortcuts:
                    self.value(child or PLAIN, value, raw, name, name)
                continue
            if child is None:
                if shortcuts and type(value) in _SCALARS:
                    result[name] = value
                    continue
                child = PLAIN
            canonical = self.value(child, value, raw, name, name)
            if canonical is not ABSENT:
                result[name] = canonical
        for row in node.dropping:
            for name in [name for name in result if _dropped(row, {"": name})]:
                del result[name]
                self.note(row, raw[name], (name,), (name,))
        return result

    def listed(self, node: Node, raw: Sequence[Any]) -> Any:
        """Answer the canonical form of a list."""
        if node.keyed is not None:
            return self.keyed(node, raw)
        if node.unordered is not None:
            texts = [(canonical_text(entry) if type(entry) is not str else entry) for entry in raw]
            kept = {text: place for place, text in enumerate(texts) if raw[place] is not None}
            self.entries_found(node.unordered, texts, range(len(texts)))
            return self.entries(node, {text: raw[place] for text, place in kept.items()}, tuple(kept.values()))
        if self.shortcuts and node.entry is None and all(type(entry) is str for entry in raw):
            return list(raw)
        result: list[Any] = []
        for place, entry in enumerate(raw):
            if entry is None and self.tree.null is not None:
                self.note(self.tree.null, None, (len(result),), (place,))
                continue
            canonical = self.value(node.entry or PLAIN, entry, {}, len(result), place)
            if canonical == {} and self.tree.empty_list is not None:
                self.note(self.tree.empty_list, entry, (len(result),), (place,))
            elif canonical is not ABSENT:
                result.append(canonical)
        return result

    def keyed(self, node: Node, raw: Sequence[Any]) -> Entries:
        """Answer a list whose entries have names by those names."""
        assert node.keyed is not None
        keys: list[str] = []
        used: list[Sequence[str]] = []
        places: list[int] = []
        plain_key = node.plain_key
        plain_members = (plain_key,)
        for place, entry in enumerate(raw):
            if node.dropping and self._dropped_entry(node, entry, place):
                continue
            key = entry.get(plain_key) if plain_key and type(entry) is dict else None
            members: Sequence[str] = plain_members
            if type(key) is not str:
                if self._nothing(entry, place):
                    continue
                key, members = self._key(node, entry)
            keys.append(key)
            used.append(members)
            places.append(place)
        if len(set(keys)) != len(keys):
            keys, places, used = self._told_apart(node, raw, keys, places, used)
        self.entries_found(node.keyed, keys, places)
        result, entry_node = Entries(), node.entry or PLAIN
        for key, place, members in zip(keys, places, used, strict=True):
            result[key] = self.entry(entry_node, raw[place], key, place, members)
        return result

    def entry(self, node: Node, raw: Any, key: str, place: int | str, members: Sequence[str]) -> Any:
        """Answer the canonical form of one entry of a list whose entries have names."""
        return self.structure(node, raw, members) if type(raw) is dict or isinstance(raw, Mapping) else raw

    def entries(self, node: Node, raw: Mapping[str, Any], places: Sequence[int] = ()) -> Entries:
        """Answer entries that have their keys already, those of a set or of a canonical form."""
        result = Entries()
        for index, (key, entry) in enumerate(raw.items()):
            result[key] = self.entry(node.entry or PLAIN, entry, key, places[index] if places else key, ())
        return result

    def _key(self, node: Node, entry: Any) -> tuple[str, Sequence[str]]:
        if not isinstance(entry, Mapping):
            return canonical_text(entry), ()
        entry_node = node.entry or PLAIN
        texts, used = [], []
        for names in node.key_parts:
            name = next((name for name in names if entry.get(name) is not None), names[0])
            part = entry.get(name, ABSENT)
            child = entry_node.members.get(name)
            if child is not None:
                if part is not ABSENT:
                    part = Walk.value(Walk(self.spec, self.rules), child, part, entry, name, name)
                if part is ABSENT:
                    part = next((default for row, default in child.defaults if not row.when), ABSENT)
            used.append(name)
            texts.append("" if part is ABSENT or part is None else str(part))
        return "/".join(texts), used

    def _nothing(self, entry: Any, place: int) -> bool:
        """Answer whether an entry of a list holds nothing at all."""
        row = self.tree.null if entry is None else self.tree.empty_list
        if entry is None or (isinstance(entry, Mapping) and all(value is None for value in entry.values())):
            if row is not None:
                self.note(row, entry, (place,), (place,))
            return row is not None
        return False

    def _dropped_entry(self, node: Node, entry: Any, place: int) -> bool:
        row = next((row for row in node.dropping if isinstance(entry, Mapping) and _dropped(row, entry)), None)
        if row is not None:
            self.note(row, entry, (self._key(node, entry)[0],), (place,))
        return row is not None

    def _told_apart(
        self, node: Node, raw: Sequence[Any], keys: list[str], places: list[int], used: list[Sequence[str]]
    ) -> tuple[list[str], list[int], list[Sequence[str]]]:
        """Answer keys that are distinct: the last of equal ones, or all of them numbered in the order of content."""
        assert node.keyed is not None
        groups: dict[str, list[int]] = {}
        for index, key in enumerate(keys):
            groups.setdefault(key, []).append(index)
        chosen: list[tuple[int, str]] = []
        plain = Walk(self.spec, self.rules)
        for key, indexes in groups.items():
            if node.keyed.last_wins:
                for index in indexes[:-1]:
                    self.note(node.keyed, raw[places[index]], (key,), (places[index],))
                chosen.append((indexes[-1], key))
                continue
            content = {
                index: canonical_text(plain.entry(node.entry or PLAIN, raw[places[index]], key, 0, used[index]))
                for index in indexes
            }
            ranked = sorted(indexes, key=content.__getitem__)
            chosen += [(index, key if rank == 0 else f"{key}#{rank + 1}") for rank, index in enumerate(ranked)]
        chosen.sort()
        return [key for _, key in chosen], [places[i] for i, _ in chosen], [used[i] for i, _ in chosen]


def _dropped(row: DropEntries, entry: Spec) -> bool:
    value = entry.get(row.member)
    if (ABSENT if value is None else value) in row.values:
        return True
    return bool(row.pattern) and isinstance(value, str) and re.match(row.pattern, value) is not None
