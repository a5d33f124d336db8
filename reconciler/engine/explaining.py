"""Tell more of drift: what was not reported and why, and who made the live side."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from reconciler.aws.concurrent import all_of
from reconciler.core import ownership
from reconciler.core.definitions import CONTRADICTION, differences
from reconciler.core.explain import Explanation, explain
from reconciler.core.paths import render
from reconciler.core.plan import JobSeen, Seen
from reconciler.core.rule import Equality
from reconciler.engine.context import Context
from reconciler.model import ABSENT, FieldChange, JobReport, Registration, Report, Revision, Sync, Unreported

_EQUALITIES: Final = {Equality.STRICT: "stores", Equality.SEMANTIC: "runs"}


def with_explanations(context: Context, seen: Seen, report: Report) -> Report:
    """Answer the report with what each job's definition says differently without it being drift.

    That needs the whole of every revision: those that their digest proves equal are described now, and compared. What
    the two proofs say differently is told as drift.
    """
    owning = [entry for entry in seen.jobs if entry.wanted is not None and entry.family and entry.family.latest]
    revisions = all_of(lambda entry: _described(context, entry), owning)
    told: dict[str, tuple[Unreported, ...]] = {}
    contradicted: dict[str, tuple[FieldChange, ...]] = {}
    for entry, revision in zip(owning, revisions, strict=True):
        if revision is not None:
            told[entry.job.name] = tuple(_unreported(entry, revision))
            contradicted[entry.job.name] = _contradicted(entry, revision)
    jobs = (replace(job, unreported=told.get(job.name, ())) for job in report.jobs)
    return replace(report, jobs=tuple(_with_contradiction(job, contradicted.get(job.name, ())) for job in jobs))


def with_registrations(seen: Seen, report: Report) -> Report:
    """Answer the report with who made what differs."""
    latest = {entry.job.name: entry.family.latest for entry in seen.jobs if entry.family is not None}
    jobs = (
        replace(job, live=_registration(revision)) if _differs(job) and (revision := latest.get(job.name)) else job
        for job in report.jobs
    )
    return replace(report, jobs=tuple(jobs))


def _differs(job: JobReport) -> bool:
    return bool(job.changes) or job.sync is Sync.FOREIGN


def _registration(revision: Revision) -> Registration:
    return Registration(
        name=f"{revision.name}:{revision.number}",
        registered_at=revision.registered_at,
        registered_by=revision.registered_by,
        commit="" if ownership.tags_are_copied(revision) else revision.tags.get(ownership.COMMIT, ""),
    )


def _described(context: Context, entry: JobSeen) -> Revision | None:
    assert entry.family is not None
    latest = entry.family.latest
    if latest is None or latest.spec is not None:
        return latest
    return context.backends.definitions[entry.job.kind].describe(latest.arn)


def _contradicted(entry: JobSeen, described: Revision) -> tuple[FieldChange, ...]:
    """Answer in what a revision differs that only its digest was believed of."""
    assert entry.wanted is not None
    assert entry.family is not None
    believed = entry.family.latest is not None and entry.family.latest.spec is None
    return differences(entry.wanted, described) if believed else ()


def _with_contradiction(job: JobReport, changes: tuple[FieldChange, ...]) -> JobReport:
    if not changes:
        return job
    remedy = f"take the tag {ownership.VERIFIED} off, and the next pass goes by its fields"
    return replace(job, sync=Sync.DRIFTED, changes=changes, message=f"{CONTRADICTION}; {remedy}")


def _unreported(entry: JobSeen, revision: Revision) -> Iterator[Unreported]:
    wanted = entry.wanted
    assert wanted is not None
    if revision.spec is not None:
        explained = explain(wanted.resource.spec, revision.spec, wanted.rules, wanted.ignore)
        yield from (_of_field(explanation) for explanation in explained)
        if not differences(wanted, revision):
            yield from _of_unmodelled(revision)
    yield from _of_tags(wanted.tags, revision.tags)


def _of_field(explanation: Explanation) -> Unreported:
    return Unreported(
        change=FieldChange(path=explanation.path, before=explanation.before, after=explanation.after),
        rule=explanation.rule,
        text=explanation.text,
        source=explanation.source,
        grade=explanation.grade.name.lower() if explanation.grade is not None else "",
        equality=_EQUALITIES[explanation.equality] if explanation.equality is not None else "",
    )


def _of_unmodelled(revision: Revision) -> Iterator[Unreported]:
    """Answer what AWS added to a revision that was registered from this very manifest."""
    for place, value in revision.unmodelled.items():
        path = render((step, isinstance(step, int)) for step in place)
        text = "no request has this member: AWS itself added it to what was registered from this manifest"
        change = FieldChange(path=path, before=value, after=ABSENT)
        yield Unreported(change=change, rule=f"{path}: {text}", text=text, source="docs/normalisation.md")


def _of_tags(desired: Mapping[str, str], live: Mapping[str, str]) -> Iterator[Unreported]:
    """Answer the tags of others; ours of each registration (source, commit) are not worth a word."""
    for key in sorted(live.keys() - desired.keys()):
        if not key.startswith(ownership.PREFIX):
            change = FieldChange(path=f"tags[{key}]", before=live[key], after=ABSENT)
            text = "a tag that the manifest does not name is somebody else's"
            yield Unreported(change=change, rule=f"tags: {text}", text=text, source="docs/manifests.md, Tags")
