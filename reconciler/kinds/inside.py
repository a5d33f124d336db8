"""Where the members of one section, and the tags, were written, looked up only when somebody asks."""

from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.model import Job, Path, Settings, Source

_LOG_CONFIGURATION: Final = "logConfiguration"
#: Which member of `logs` an option of awslogs comes from.
_LOG_MEMBERS: Final[Mapping[str | int, str]] = {"awslogs-group": "group", "awslogs-stream-prefix": "streamPrefix"}


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


class WithLogs(Inside):
    """The places of a definition whose containers are given the log configuration that the section `logs` describes."""

    __slots__ = ()

    def __getitem__(self, path: Path) -> Source:
        try:
            return super().__getitem__(path)
        except KeyError:
            if _LOG_CONFIGURATION not in path:
                raise
        *_, member = path
        section = (("spec", "logs", _LOG_MEMBERS.get(member, "options")), ("spec", "logs"))
        return next(self._sources[place] for place in section if place in self._sources)


class TagPlaces(Mapping[str, Source]):
    """Where a job's tags were written, by key: in its own metadata, else in Settings."""

    __slots__ = ("_job", "_settings")

    def __init__(self, job: Job, settings: Settings) -> None:
        self._job = job
        self._settings = settings

    def __getitem__(self, key: str) -> Source:
        if key not in self._job.tags:
            raise KeyError(key)
        own = self._job.sources.get(("metadata", "tags", key))
        return own or self._settings.tag_sources.get(key) or self._job.source

    def __iter__(self) -> Iterator[str]:
        return iter(self._job.tags)

    def __len__(self) -> int:
        return len(self._job.tags)
