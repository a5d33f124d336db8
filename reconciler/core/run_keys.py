"""The names by which AWS and we recognise a run: startedBy of a task and the token of the call that starts it, the name
of a Batch job. Pure.

All are made from the whole key and nothing else, so that whoever repeats a launch, on any host, after any crash,
says the same. They must never change for a key: a change of the hash would be a second launch.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Final

from reconciler.model import RunKey

_MARK: Final = "rc"
_NAME: Final = 16
_TRIGGER: Final = 32
_SLOT: Final = "slot:"
#: What EventBridge Scheduler replaces by a slot's instant, 2026-11-01T03:00:00Z, anywhere in a target's Input (user
#: guide, "Adding context attributes").
SCHEDULED_TIME: Final = "<aws.scheduler.scheduled-time>"
#: Stands for the trigger where EventBridge Scheduler starts slots: it can neither hash an instant nor put its colons
#: into startedBy or the name of a Batch job. Which slot a run is of, its token and its variables say.
EVENTBRIDGE: Final = "eventbridge"
_JOB: Final = 90
_JOB_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*-[0-9a-f]{32}")


def started_by(key: RunKey) -> str:
    """Answer a task's startedBy, `rc/<owner>/<job>/<trigger>/<attempt>/<part>`, the first three hashed.

    At most 128 letters, digits, `-`, `/` and `_` are allowed (RunTask.startedBy); this is about 75.
    """
    return f"{owner_prefix(key.owner)}{_hash(key.job, length=_NAME)}/{trigger_hash(key)}/{key.attempt}/{key.part}"


def owner_prefix(owner: str) -> str:
    """Answer what startedBy of every task of an owner begins with."""
    return f"{_MARK}/{_hash(owner, length=_NAME)}/"


def trigger_hash(key: RunKey) -> str:
    """Answer what stands for the trigger in startedBy."""
    return _hash(key.trigger, length=_TRIGGER)


def by_eventbridge(key: RunKey) -> RunKey:
    """Answer the key whose startedBy and name the runs carry that EventBridge Scheduler starts for the job."""
    return RunKey(owner=key.owner, job=key.job, trigger=EVENTBRIDGE, attempt=0, part=key.part)


def slot_trigger(instant: str) -> str:
    """Answer the trigger of a slot's run; `instant` is RFC 3339 in UTC, or the word that AWS replaces by it."""
    return f"{_SLOT}{instant}"


def slot_of(trigger: str) -> str | None:
    """Answer the instant, in words, of the slot that a trigger names; None for any other trigger."""
    return trigger.removeprefix(_SLOT) if trigger.startswith(_SLOT) else None


def told(job: str, key: RunKey) -> Mapping[str, str]:
    """Answer the variables that the main container of a run of `job` is told."""
    variables = {"RECONCILER_JOB": job, "RECONCILER_RUN": key.trigger, "RECONCILER_ATTEMPT": str(key.attempt)}
    slot = slot_of(key.trigger)
    return variables if slot is None else {**variables, "RECONCILER_SCHEDULED_TIME": slot}


def client_token(key: RunKey) -> str:
    """Answer RunTask's clientToken: at most 64 characters, each of 33 to 126 in ASCII (RunTask.clientToken).

    A slot's token ends with its instant in words, since EventBridge Scheduler, which starts slots as well, can only
    put `<aws.scheduler.scheduled-time>` (2026-11-01T03:00:00Z) into a text: see :func:`slot_token_prefix`.
    """
    if key.trigger.startswith(_SLOT):
        return slot_token_prefix(key) + key.trigger.removeprefix(_SLOT)
    return _hash(key.owner, key.job, key.trigger, str(key.attempt), str(key.part), length=64)


def slot_token_prefix(key: RunKey) -> str:
    """Answer a slot's token without its instant."""
    return _hash(key.owner, key.job, "slot", str(key.attempt), str(key.part), length=40) + "-"


def run_hash(key: RunKey) -> str:
    """Answer the 32 hexadecimal digits that stand for the whole key in a Batch job's name and its claims."""
    return _hash(key.owner, key.job, key.trigger, str(key.attempt), str(key.part), length=32)


def job_name(key: RunKey) -> str:
    """Answer the name of the key's Batch job: what people call it, and the hash of the key.

    At most 128 letters, digits, `-` and `_` are allowed (SubmitJob.jobName); this is at most 123.
    """
    return f"{re.sub(r'[^A-Za-z0-9_-]', '', key.job)[:_JOB]}-{run_hash(key)}"


def mark(key_text: str) -> str:
    """Answer what a task's startedBy or a Batch job's name begins with for every run of its job."""
    return key_text[:-_TRIGGER] if is_job_name(key_text) else key_text.rsplit("/", 3)[0]


def marks(owner: str, job: str) -> frozenset[str]:
    """Answer the marks of every run of a job: as a task, and as a Batch job."""
    key = RunKey(owner=owner, job=job, trigger="")
    return frozenset((mark(started_by(key)), mark(job_name(key))))


def jobs_by_mark(owner: str, jobs: Iterable[str]) -> Mapping[str, str]:
    """Answer which of an owner's `jobs` the runs with a mark belong to."""
    return {marked: job for job in jobs for marked in marks(owner, job)}


def is_job_name(text: str) -> bool:
    """Answer whether a Batch job's name has the form of ours."""
    return _JOB_NAME.fullmatch(text) is not None


def _hash(*words: str, length: int) -> str:
    return hashlib.sha256(json.dumps(words, ensure_ascii=True).encode()).hexdigest()[:length]
