"""Tags are an axis of their own: they change without a new revision, and other people write them too."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from reconciler.core.paths import render
from reconciler.model import ABSENT, FieldChange, Source

_RESERVED = "aws:"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagChanges:
    """What differs, and the calls' worth of it: tags to `write` and keys to `remove`, both sorted."""

    changes: tuple[FieldChange, ...] = ()
    write: Mapping[str, str] = field(default_factory=dict)
    remove: tuple[str, ...] = ()


def tag_changes(
    desired: Mapping[str, str],
    observed: Mapping[str, str],
    former: Collection[str] = (),
    sources: Mapping[str, Source] | None = None,
) -> TagChanges:
    """Answer what makes the desired tags true; `sources` says where each was written.

    A key that is not desired is somebody else's and stays, ours of another purpose included, unless `former` says
    that it was desired once. Keys that begin with `aws:`, in any case, are AWS's: never compared, never written.
    """
    write = {key: value for key, value in desired.items() if observed.get(key) != value and not _is_aws(key)}
    write = dict(sorted(write.items()))
    remove = tuple(sorted(key for key in former if key in observed and key not in desired and not _is_aws(key)))
    if not write and not remove:
        return TagChanges()
    places = sources or {}
    changes = [
        FieldChange(path=_path(key), before=observed.get(key, ABSENT), after=value, source=places.get(key))
        for key, value in write.items()
    ] + [FieldChange(path=_path(key), before=observed[key]) for key in remove]
    return TagChanges(changes=tuple(sorted(changes, key=lambda change: change.path)), write=write, remove=remove)


def _is_aws(key: str) -> bool:
    return key.lower().startswith(_RESERVED)


def _path(key: str) -> str:
    return render([("tags", False), (key, True)])
