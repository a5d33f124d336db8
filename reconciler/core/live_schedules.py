"""Schedules of EventBridge Scheduler as they live, and whose they say that they are. Pure.

A schedule has no tags; its Description says owner, job, where the manifest is and the commit.
"""

from dataclasses import dataclass
from datetime import datetime

from reconciler.core.descriptions import described, said
from reconciler.core.ownership import Commit
from reconciler.model import Spec


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
        return said(self.spec).get("owner", "")

    @property
    def job(self) -> str:
        """The job that it says it starts."""
        return said(self.spec).get("job", "")

    @property
    def source(self) -> str:
        """Where it says that the manifest was."""
        return said(self.spec).get("source", "")

    @property
    def commit(self) -> str:
        """The commit that it says it was last written by."""
        return said(self.spec).get("commit", "")


def description(*, owner: str, job: str, source: str, commit: Commit | None) -> str:
    """Answer what a schedule of ours says of itself."""
    words = {"owner": owner, "job": job, "source": source, "commit": str(commit) if commit is not None else None}
    return described(words)
