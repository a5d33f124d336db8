"""Files that manifests name for something else: they are no manifests themselves."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path as FilePath
from typing import Any

from reconciler.manifests import tree
from reconciler.manifests.drafts import DIALECTS
from reconciler.manifests.tree import Table

_NAMING_MEMBERS = tuple(dialect.file for dialect in DIALECTS.values())


def named_files(roots: Iterable[Any]) -> tuple[set[str], Sequence[re.Pattern[str]]]:
    """Answer the real paths that documents name in any environment; names with variables in them as patterns."""
    exact: set[str] = set()
    patterns = []
    for root in roots:
        for name, place in names(root):
            parent = FilePath(place[0]).parent
            if "${{" not in name:
                with suppress(ValueError):  # a name that no file has, which whoever reads it is told
                    exact.add(str((parent / name).resolve()))
            else:
                parts = re.split(r"\$\{\{.*?\}\}", str(parent.resolve() / name))
                patterns.append(re.compile("[^/]*".join(re.escape(part) for part in parts)))
    return exact, patterns


def names(root: Any) -> Iterator[tuple[str, tree.Place]]:
    """Yield the files that a document names in any environment, each with the place where it does."""
    spec = tree.at(root, ("spec",))
    overlays = tree.at(root, ("spec", "environments"))
    for section in (spec, *(overlays.values() if isinstance(overlays, Table) else ())):
        if not isinstance(section, Table):
            continue
        for member in _NAMING_MEMBERS:
            if isinstance(section.get(member), str):
                yield section[member], section.places[member]
        listed = section.get("variableFiles")
        if isinstance(listed, tree.Row):
            yield from (
                (name, place) for name, place in zip(listed, listed.places, strict=True) if isinstance(name, str)
            )
