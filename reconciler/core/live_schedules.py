"""Schedules of EventBridge Scheduler as they live, and whose they say that they are. Pure.

A schedule has no tags; its Description says owner, job, where the manifest is and the commit, as words of `key=value`:

    reconciler owner=data.prod job=nightly source=jobs.d/nightly.yaml commit=4f2c…@2026-11-21T03:00:00+00:00
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reconciler.core.ownership import Commit
from reconciler.model import Spec

_MARK: Final = "reconciler"
#: Description takes at most so many characters (CreateSchedule).
_LONGEST: Final = 512
_LONGEST_SOURCE: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSchedule:
    """One schedule as GetSchedule tells it; `modified` is when it was made or changed last."""

    group: str
    name: str
    spec: Spec
    modified: datetime | None = None

    @property
    def owner(self) -> str:
        """Whose it says it is; nothing where it is not one of a reconciler's."""
        return _words(self.spec).get("owner", "")

    @property
    def job(self) -> str:
        """The job that it says it starts."""
        return _words(self.spec).get("job", "")

    @property
    def source(self) -> str:
        """Where it says that the manifest was."""
        return _words(self.spec).get("source", "").replace("%20", " ")

    @property
    def commit(self) -> str:
        """The commit that it says it was last written by."""
        return _words(self.spec).get("commit", "")


def description(*, owner: str, job: str, source: str, commit: Commit | None) -> str:
    """Answer what a schedule of ours says of itself."""
    words = {"owner": owner, "job": job, "source": source[-_LONGEST_SOURCE:].replace(" ", "%20")}
    if commit is not None:
        words["commit"] = str(commit)
    return " ".join([_MARK, *(f"{key}={value}" for key, value in words.items())])[:_LONGEST]


def _words(spec: Spec) -> dict[str, str]:
    mark, *words = str(spec.get("Description") or "").split(" ")
    return dict(word.split("=", 1) for word in words if "=" in word) if mark == _MARK else {}
