"""`${{ NAME }}` in texts: which value it stands for, and what to say where it has none.

Later layers win: OS environment, Settings' files, Settings' variables, the environment's, `--var-file`, `--var`. What
is written in Settings may use other variables (a cycle is an error); what comes from outside (the OS environment,
files, flags) is taken as it is, so that no value can pull in another. As in a shell, `${{ NAME:-default }}` also stands
in for an empty value; `$${{` is a literal `${{`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from reconciler.manifests import scalars, yaml12
from reconciler.manifests.tree import Place, Row, Table, show, source, uniform
from reconciler.manifests.withheld import is_withheld
from reconciler.model import Path, Problem

BUILT_IN = tuple(f"reconciler.{name}" for name in ("env", "account", "region", "owner", "job", "commit"))
_OCCURRENCE = re.compile(r"\$?\$\{\{(?P<inner>.*?)(?:\}\}|\Z)", re.DOTALL)
_INNER = re.compile(r"\s*(?P<name>[A-Za-z_][A-Za-z0-9_.-]*?)\s*(?::-(?P<default>.*))?\Z", re.DOTALL)
_ALONE = re.compile(r"\s*\$\{\{[^{}]*\}\}\s*\Z")
_LONGEST = 1 << 16
#: How many lines below the beginning of a text its `${{` is looked for.
_FARTHEST = 1000
#: What to do about a built-in variable that the caller could not fill.
_BUILT_IN_HINTS = {
    "reconciler.env": "choose one with --env; Settings' `environments` declares them",
    "reconciler.account": "set accountId in Settings, or have credentials",
    "reconciler.region": "set region in Settings, or use --region",
    "reconciler.job": "it is known inside a job only",
    "reconciler.commit": "it is known inside a git checkout only; ${{ reconciler.commit:-none }} names a default",
}


class Unset(Exception):
    """A text cannot be filled in: `name` is the variable (empty: the text itself is malformed)."""

    def __init__(self, message: str, hint: str = "", name: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Values from one place; `expands` when they may use variables themselves; None takes a name out.

    `outside` when they come from neither the directory nor the files it names.
    """

    values: Mapping[str, str | None]
    expands: bool = False
    outside: bool = False


class Variables:
    """The values in force; `used` tells afterwards what was asked for, as part of what a directory rests on.

    `asked` tells it before defaults stood in, with None for what is not set; `outside` what of it came
    from outside.
    """

    def __init__(self, layers: Sequence[Layer], built_in: Mapping[str, str | None]) -> None:
        self._layers = tuple(layers)
        self._built_in = {name: built_in.get(name) for name in BUILT_IN}
        self.used: dict[str, str] = {}
        self.asked: dict[str, str | None] = {}
        self.outside: set[str] = set()

    def within(self, **built_in: str | None) -> "Variables":
        """Answer the same variables with other built-ins (`job="report"`), sharing what was used."""
        other = Variables(
            self._layers, self._built_in | {f"reconciler.{name}": text for name, text in built_in.items()}
        )
        other.used, other.asked, other.outside = self.used, self.asked, self.outside
        return other

    def watched(self) -> "Variables":
        """Answer the same variables, of which nothing was asked yet."""
        other = Variables(self._layers, {})
        other._built_in = self._built_in
        return other

    def answer(self, asked: Mapping[str, str | None]) -> bool:
        """Whether each variable has the value that was answered before."""
        try:
            return all(self._lookup(name, ()) == value for name, value in asked.items())
        except Unset:
            return False

    def expand(self, text: str, pending: tuple[str, ...] = ()) -> str:
        """Answer `text` with every `${{ … }}` filled in; raises Unset."""

        def fill(found: re.Match[str]) -> str:
            if found.group().startswith("$$"):
                return found.group()[1:]
            if not found.group().endswith("}}"):
                raise Unset("${{ is not closed", "close it with }}, or write $${{ for a literal ${{")
            return self._value(found.group("inner"), pending)

        filled = _OCCURRENCE.sub(fill, text)
        if len(filled) > _LONGEST and len(filled) > len(text):
            raise Unset(f"the text grows beyond {_LONGEST} characters", name=pending[-1] if pending else "")
        return filled

    def _value(self, inner: str, pending: tuple[str, ...]) -> str:
        parts = _INNER.match(inner)
        if parts is None or "${{" in inner:
            hint = "write ${{ NAME }} or ${{ NAME:-default }}, or $${{ for a literal ${{"
            raise Unset(f"${{{{{inner}}}}} names no variable", hint)
        name, default = parts["name"], parts["default"]
        value = self._lookup(name, pending)
        if not value and default is not None:
            value = default.strip()
        if value is None:
            raise Unset(f"the variable {name} is not set", self._hint(name), name)
        self.used[name] = value
        return value

    def _lookup(self, name: str, pending: tuple[str, ...]) -> str | None:
        value = self.asked[name] = self._found(name, pending)
        return value

    def _found(self, name: str, pending: tuple[str, ...]) -> str | None:
        if name in self._built_in:
            return self._built_in[name]
        for layer in reversed(self._layers):
            if name in layer.values:
                value = layer.values[name]
                if layer.outside:
                    self.outside.add(name)
                if value is None or not layer.expands or "${{" not in value:
                    return value
                if name in pending:
                    circle = " → ".join((*pending[pending.index(name) :], name))
                    raise Unset(f"the variable {name} stands for itself ({circle})", name=name)
                try:
                    return self.expand(value, (*pending, name))
                except Unset as unset:
                    raise Unset(f"{unset.message}, used by {name}", unset.hint, name) from None
        return None

    def _hint(self, name: str) -> str:
        if name in _BUILT_IN_HINTS:
            return _BUILT_IN_HINTS[name]
        if is_withheld(name):
            return "a pipeline's own credentials are kept from manifests; give it another name, or --var"
        known = {key for layer in self._layers for key, value in layer.values.items() if value is not None}
        close = get_close_matches(name, sorted(known | set(BUILT_IN)), n=1)
        if close:
            return f"did you mean {close[0]}?"
        return f"set it with --var {name}=…, in Settings' variables, or write ${{{{ {name}:-default }}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A tree with its variables filled in; at the paths in `unset` they could not be, as `problems` say."""

    value: Any
    problems: Sequence[Problem] = ()
    unset: Sequence[Path] = ()


def substitute(
    root: Any,
    variables: Variables,
    *,
    start: Place,
    wants_text: Callable[[Path], bool],
    lines_of: Callable[[str], Sequence[str]],
    skip: frozenset[Path] = frozenset(),
    path: Path = (),
) -> Filled:
    """Answer the tree with its variables filled in, and what could not be.

    A text that is exactly one `${{ … }}` is read again as YAML where no text is wanted. `lines_of` answers the lines of
    a file, for the column of an occurrence; the paths in `skip` stay as they are.
    """
    filling = _Filling(variables, wants_text, lines_of, skip)
    return Filled(value=filling.walk(root, start, path), problems=filling.problems, unset=filling.unset)


def _typed(text: str, place: Place) -> Any:
    """Answer what a filled-in text is as YAML: a word of the core schema, or a list or mapping in flow style."""
    if text.lstrip()[:1] in {"[", "{"}:
        return uniform(yaml12.value(text), place)
    return scalars.resolve(text.strip())


class _Filling:
    """One walk through one tree."""

    def __init__(
        self,
        variables: Variables,
        wants_text: Callable[[Path], bool],
        lines_of: Callable[[str], Sequence[str]],
        skip: frozenset[Path],
    ) -> None:
        self._variables = variables
        self._wants_text = wants_text
        self._lines_of = lines_of
        self._skip = skip
        self.problems: list[Problem] = []
        self.unset: list[Path] = []

    def walk(self, value: Any, place: Place, path: Path) -> Any:
        """Answer the value filled in; what holds no variable is answered as it is."""
        if isinstance(value, str):
            return self._text(value, place, path) if "${{" in value else value
        if self._skip and path in self._skip:
            return value
        if isinstance(value, Table):
            table, changed = Table(), False
            for key, member in value.items():
                where = value.places[key]
                name = str(self._text(key, where, path, key=True)) if "${{" in key else key
                new = self.walk(member, where, (*path, name))
                if name in table:
                    self.problems.append(
                        Problem(message=f'duplicate key "{name}"', source=source(where), path=show(path))
                    )
                changed = changed or new is not member or name is not key
                table.put(name, new, where)
            return table if changed else value
        if isinstance(value, Row):
            row, changed = Row(), False
            for index, (item, where) in enumerate(zip(value, value.places, strict=True)):
                new = self.walk(item, where, (*path, index))
                changed = changed or new is not item
                row.put(new, where)
            return row if changed else value
        return value

    def _text(self, text: str, place: Place, path: Path, *, key: bool = False) -> Any:
        try:
            filled = self._variables.expand(text)
        except Unset as unset:
            self.unset.append(path)
            where = self._occurrence(place, unset.name)
            self.problems.append(Problem(message=unset.message, source=source(where), path=show(path), hint=unset.hint))
            return text
        if key or not _ALONE.match(text) or self._wants_text(path):
            return filled
        return _typed(filled, place)

    def _occurrence(self, place: Place, name: str) -> Place:
        """Answer where the `${{` that names `name` stands, looking from the value's place downwards."""
        file, line, column = place
        pattern = re.compile(r"\$\{\{\s*" + re.escape(name))
        for number, content in enumerate(self._lines_of(file)[line - 1 : line + _FARTHEST], start=line):
            found = pattern.search(content, column - 1 if number == line else 0)
            if found is not None:
                return (file, number, found.start() + 1)
        return place


def literal(text: str) -> str:
    """Answer a text as it has to be written so that its `${{` stay what they are."""
    return _OCCURRENCE.sub(lambda found: f"${found.group()}", text)
