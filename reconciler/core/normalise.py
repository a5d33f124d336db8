"""The canonical form of a spec ("essence"): what is left when every spelling that AWS treats as equal is made one.

It exists only for comparing; what is sent is always what the author wrote. In it, members that count as left out are
left out (also those that say the default), lists whose entries have names are :class:`~reconciler.core.tree.Entries`,
and the rest is as it was. Members that the table does not know stay as they are.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core.keys import Name, drops, last_of_each, name_of, numbered
from reconciler.core.rule import Rule
from reconciler.core.rules import DefaultFrom, DropEntries, Keyed, Rules, Unordered
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
    """One way through one spec.

    A walk that keeps track of what happens to every value overrides `note`, `value` and `entry`, and says no to
    `shortcuts`, by which plain values are taken over without a visit.
    """

    shortcuts = True

    def __init__(self, spec: Spec, rules: Rules) -> None:
        self.spec = spec
        self.rules = rules
        self.tree = tree(rules)

    def essence(self) -> dict[str, Any]:
        """Answer the canonical form of the whole spec."""
        return self.structure(self.tree.top, self.spec)

    def note(self, row: Rule, raw: Any, path: Path = (), place: Path = ()) -> None:
        """Hear that a row made `raw` another value, or nothing; `path` and `place` lead on from where the walk is."""

    def found(self, row: Keyed | Unordered, names: Sequence[Name]) -> None:
        """Hear in which order the entries of the present list stood."""

    def value(self, node: Node, raw: Any, siblings: Spec, _step: str | int, _place: str | int, /) -> Any:
        """Answer the canonical form of one value, ABSENT where it counts as left out.

        `_step` is where it stands in the canonical form, `_place` in the spec.
        """
        for unseen in node.not_compared:
            if not unseen.when or holds(unseen.when, self.spec, siblings):
                self.note(unseen, raw)
                return ABSENT
        result = raw if type(raw) in _SCALARS else self._nested(node, raw)
        for rewriting, rewrite in node.rewrites:
            written, result = result, rewrite(result)
            if result != written:
                self.note(rewriting, raw)
        for row, default in node.defaults:
            usual = siblings.get(row.member[1:]) if isinstance(row, DefaultFrom) else default
            if alike(result, usual) and (not row.when or holds(row.when, self.spec, siblings)):
                self.note(row, raw)
                return ABSENT
        return result

    def structure(self, node: Node, raw: Spec, keys: Sequence[str] = ()) -> dict[str, Any]:
        """Answer the canonical form of a structure or map, without the members that are its key in a list."""
        members, shortcuts, result = node.members, self.shortcuts, {}
        for name, value in raw.items():
            child = members.get(name, PLAIN)
            if value is None and self.tree.null is not None:
                self.note(self.tree.null, None, (name,), (name,))
            elif shortcuts and (name in keys or (value == [] and self.tree.empty_list is not None)):
                continue
            elif shortcuts and child is PLAIN and type(value) in _SCALARS:
                result[name] = value
            else:
                canonical = self.value(child, value, raw, name, name)
                if canonical is not ABSENT and name not in keys:
                    result[name] = canonical
        for row in node.dropping:
            for name in [name for name in result if drops(row, name)]:
                del result[name]
                self.note(row, raw[name], (name,), (name,))
        return result

    def entry(self, node: Node, raw: Any, keys: Sequence[str], _key: str, _place: int | str, /) -> Any:
        """Answer the canonical form of one entry of a list whose entries have names."""
        if self.shortcuts and node is PLAIN and type(raw) is dict and _SCALARS.issuperset(map(type, raw.values())):
            plain = raw.copy()
            for key in keys:
                plain.pop(key, None)
            return plain
        return self.structure(node, raw, keys) if type(raw) is dict or isinstance(raw, Mapping) else raw

    def _nested(self, node: Node, raw: Any) -> Any:
        if isinstance(raw, Entries):
            return self._entries(node, raw) or ABSENT
        if type(raw) is dict or isinstance(raw, Mapping):
            result = self.structure(node, raw)
            if not result and node.empty is not None:
                self.note(node.empty, raw)
                return ABSENT
            return result
        if not isinstance(raw, list | tuple):
            return raw
        listed = self._listed(node, raw)
        if not listed and self.tree.empty_list is not None:
            self.note(self.tree.empty_list, raw)
            return ABSENT
        return listed

    def _listed(self, node: Node, raw: Sequence[Any]) -> Any:
        if node.keyed is not None:
            return self._keyed(node, node.keyed, raw)
        if node.unordered is not None:
            return self._set(node, node.unordered, raw)
        if self.shortcuts and node.entry is None and all(type(entry) is str for entry in raw):
            return list(raw)
        result: list[Any] = []
        for place, entry in enumerate(raw):
            if not self._holds_nothing(entry, place):
                canonical = self.value(node.entry or PLAIN, entry, {}, len(result), place)
                if canonical == {} and self.tree.empty_list is not None:
                    self.note(self.tree.empty_list, entry, (len(result),), (place,))
                elif canonical is not ABSENT:
                    result.append(canonical)
        return result

    def _set(self, node: Node, row: Unordered, raw: Sequence[Any]) -> Entries:
        places = [place for place, entry in enumerate(raw) if not self._holds_nothing(entry, place)]
        texts = [raw[place] if isinstance(raw[place], str) else canonical_text(raw[place]) for place in places]
        self.found(row, [(text, place, ()) for text, place in zip(texts, places, strict=True)])
        entry_node = node.entry or PLAIN
        return Entries(
            (text, self.entry(entry_node, raw[place], (), text, place))
            for text, place in dict(zip(texts, places, strict=True)).items()
        )

    def _entries(self, node: Node, raw: Entries) -> Entries:
        """Answer entries that have their keys already, those of a canonical form."""
        entry_node = node.entry or PLAIN
        return Entries((key, self.entry(entry_node, entry, (), key, key)) for key, entry in raw.items())

    def _keyed(self, node: Node, row: Keyed, raw: Sequence[Any]) -> Entries:
        names: list[Name] = []
        plain_key, plain_members = node.plain_key, (node.plain_key,)
        for place, entry in enumerate(raw):
            key = entry.get(plain_key) if plain_key and type(entry) is dict else None
            if type(key) is str:
                names.append((key, place, plain_members))
            elif not self._holds_nothing(entry, place):
                name = name_of(node, entry, place, self._silently)
                content = entry if name[0] else self._silent().entry(node.entry or PLAIN, entry, (), "", place)
                if not self._holds_nothing(content, place):
                    names.append(name)
        for dropping in node.dropping:
            names = [name for name in names if not self._drops(dropping, raw, name)]
        if len({key for key, _, _ in names}) != len(names):
            names = self._distinct(node, row, raw, names)
        if not self.shortcuts:
            self.found(row, names)
        entry_node, result = node.entry or PLAIN, Entries()
        for key, place, members in names:
            result[key] = self.entry(entry_node, raw[place], members, key, place)
        return result

    def _distinct(self, node: Node, row: Keyed, raw: Sequence[Any], names: Sequence[Name]) -> list[Name]:
        if not row.last_wins:
            content = self._silent().entry
            return numbered(
                names, lambda name: canonical_text(content(node.entry or PLAIN, raw[name[1]], name[2], "", 0))
            )
        last = last_of_each(names)
        for key, place, _ in names:
            if (key, place) not in {(kept, where) for kept, where, _ in last}:
                self.note(row, raw[place], (key,), (place,))
        return last

    def _silently(self, node: Node, raw: Any, siblings: Spec, member: str) -> Any:
        return self._silent().value(node, raw, siblings, member, member)

    def _silent(self) -> "Walk":
        """Answer a walk on the same spec of which nobody hears."""
        return self if self.shortcuts else Walk(self.spec, self.rules)

    def _drops(self, row: DropEntries, raw: Sequence[Any], name: Name) -> bool:
        entry = raw[name[1]]
        dropped = (type(entry) is dict or isinstance(entry, Mapping)) and drops(row, entry.get(row.member))
        if dropped:
            self.note(row, entry, name[:1], name[1:2])
        return dropped

    def _holds_nothing(self, entry: Any, place: int) -> bool:
        """Answer whether an entry of a list is none: null, or without members."""
        if entry is not None and (not isinstance(entry, Mapping) or any(value is not None for value in entry.values())):
            return False
        row = self.tree.null if entry is None else self.tree.empty_list
        if row is not None:
            self.note(row, entry, (place,), (place,))
        return row is not None
