"""Where the members of one section were written, looked up only when somebody asks."""

from collections.abc import Iterator, Mapping

from reconciler.model import Path, Source


class Inside(Mapping[Path, Source]):
    """The part of a manifest's places below `section`, by the path inside it.

    A directory has millions of places, and those of a definition in sync are never asked for.
    """

    __slots__ = ("_section", "_sources")

    def __init__(self, sources: Mapping[Path, Source], section: Path) -> None:
        self._sources = sources
        self._section = section

    def __getitem__(self, path: Path) -> Source:
        return self._sources[(*self._section, *path)]

    def __iter__(self) -> Iterator[Path]:
        depth = len(self._section)
        return (path[depth:] for path in self._sources if path[:depth] == self._section)

    def __len__(self) -> int:
        return sum(1 for _ in self)
