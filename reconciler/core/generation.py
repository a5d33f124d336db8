"""What makes a one-shot the same one-shot: a versioned hash of what its author sends.

Nothing looked up on AWS takes part, no tag of ours, no name: a renamed manifest keeps its memory. Recorded
generations carry the version of their hash, so a new version must still be able to say the old name
(:func:`generations` answers all of them, newest first).
"""

import hashlib
import json
from collections.abc import Callable, Mapping

from reconciler.model import Job, Linked, Once, Owned, RerunOn, Spec

_LENGTH = 24


def generations(job: Job, *, shared: Spec | None = None, linked_revision: int | None = None) -> tuple[str, ...]:
    """Answer the job's present generation under every hash version, newest first.

    `shared` is the body of the definition that the job borrows by `definitionOf`; `linked_revision` the number that
    a bare `taskDefinitionArn` family stands for now.
    """
    return tuple(f"{version}-{_hash(compute(job, shared, linked_revision))}" for version, compute in _VERSIONS.items())


def _content_1(job: Job, shared: Spec | None, linked_revision: int | None) -> object:
    once = job.trigger if isinstance(job.trigger, Once) else Once()
    if once.rerun_on is RerunOn.KEY:
        return {"key": once.key}
    match job.definition:
        case Owned(body=body):
            definition: object = _nameless(body)
        case Linked(reference=reference):
            definition = {"reference": reference, "revision": linked_revision}
        case _:
            definition = _nameless(shared or {})
    return {"key": once.key, "definition": definition, "run": dict(job.run), "logs": job.spec.get("logs")}


_VERSIONS: Mapping[str, Callable[[Job, Spec | None, int | None], object]] = {"g1": _content_1}


def _nameless(body: Spec) -> Spec:
    """Leave out what names or labels a definition: neither changes what a run does."""
    return {member: value for member, value in body.items() if member not in {"family", "jobDefinitionName", "tags"}}


def _hash(content: object) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
