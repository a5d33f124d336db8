"""The tags by which a definition says whose it is and what it holds.

They are believed for ownership wherever they stand, but for content (`digest`, `verified`) only on a revision whose
`verified` names its own number: consoles copy tags from one revision to the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from reconciler.model import DeletionPolicy, Revision

PREFIX = "reconciler:"
OWNER = "reconciler:owner"
JOB = "reconciler:job"
DIGEST = "reconciler:digest"
VERIFIED = "reconciler:verified"
DELETION = "reconciler:deletion"
SOURCE = "reconciler:source"
COMMIT = "reconciler:commit"
#: The keys of the author's own tags (:mod:`reconciler.core.remembered_tags`).
TAGS = "reconciler:tags"
#: Present while a person has suspended the job by hand; its value says since when.
SUSPENDED = "reconciler:suspended"

_DIFFERS = "-differs"
#: How much of a commit's name tells it from others.
_SHORT = 12

#: How long a tag's value may be (AWS tagging limits); longer sources are cut at the left, where they say least.
_TAG_VALUE_LENGTH = 256


class Verdict(Enum):
    """What a revision's own tags say of its content."""

    UNPROVEN = "unproven"
    HOLDS = "holds what its digest says"
    DIFFERS = "differed right after it was registered"


def owner_of(revision: Revision) -> str | None:
    """Answer who a revision says it belongs to."""
    return revision.tags.get(OWNER)


def verdict(revision: Revision) -> Verdict:
    """Answer what the revision's `verified` tag proves, if it names the revision's own number."""
    verified = revision.tags.get(VERIFIED, "")
    if verified == str(revision.number):
        return Verdict.HOLDS
    if verified == f"{revision.number}{_DIFFERS}":
        return Verdict.DIFFERS
    return Verdict.UNPROVEN


def tags_are_copied(revision: Revision) -> bool:
    """Whether a revision has its tags from another one, and so tells nothing of who made it."""
    return VERIFIED in revision.tags and verdict(revision) is Verdict.UNPROVEN


def verified_tag(revision: Revision, *, equal: bool) -> Mapping[str, str]:
    """Answer the tag that records what a look right after registration found."""
    return {VERIFIED: f"{revision.number}{'' if equal else _DIFFERS}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit and when it was made; ordered only by time."""

    sha: str
    time: datetime

    def __str__(self) -> str:
        return f"{self.sha}@{self.time.isoformat()}"

    @property
    def short(self) -> str:
        """The commit as it is told to people."""
        return f"{self.sha[:_SHORT]} of {self.time.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def parse_commit(text: str | None) -> Commit | None:
    """Read `<sha>@<commit time>`; anything else, as a hand-edited tag, is nothing."""
    sha, _, time = (text or "").partition("@")
    try:
        instant = datetime.fromisoformat(time)
    except ValueError:
        return None
    return Commit(sha=sha, time=instant) if sha and instant.tzinfo is not None else None


def is_behind(ours: Commit | None, live: Commit | None) -> bool:
    """Answer whether the checkout is older than the commit that made the live side."""
    return ours is not None and live is not None and live.sha != ours.sha and live.time > ours.time


def behind(ours: Commit | None, live: Commit | None) -> str:
    """Say that a checkout is older than what is live."""
    checkout, newer = (commit.short if commit is not None else "unknown" for commit in (ours, live))
    return f"this checkout ({checkout}) is older than what is live ({newer})"


def definition_tags(
    *, owner: str, job: str, digest: str, deletion: DeletionPolicy, source: str, commit: Commit | None
) -> Mapping[str, str]:
    """Answer the tags that a definition of ours is registered with, but for `verified`, which needs its number."""
    tags = {
        OWNER: owner,
        JOB: job,
        DIGEST: digest,
        DELETION: deletion.value,
        SOURCE: source[-_TAG_VALUE_LENGTH:],
    }
    return {**tags, COMMIT: str(commit)} if commit is not None else tags
