"""How the plans of the jobs become the plan of a pass: order, dependencies, guards."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reconciler.core.attempts import Bounds
from reconciler.core.definitions import Wanted
from reconciler.core.digest import digest
from reconciler.core.guards import Limits, Pause
from reconciler.core.memory import Memory
from reconciler.core.oneshots import OneShot
from reconciler.core.operations import Deregister
from reconciler.core.ownership import Commit, definition_tags
from reconciler.core.plan import JobSeen, Plan, Seen, make_plan
from reconciler.core.prune import Orphan
from reconciler.kinds.task_definition_rules import RULES
from reconciler.model import (
    Action,
    DeletionPolicy,
    Family,
    Health,
    Job,
    Once,
    Owned,
    Resource,
    Revision,
    RunState,
    Settings,
    Source,
    Status,
    Sync,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SETTINGS = Settings(owner="me", declared=True, prune=True, max_deletions=2)


def job(name: str, **members: object) -> Job:
    body = {"containerDefinitions": [{"name": "app", "image": "app:1"}]}
    found = Job(
        name=name,
        declared_name=name,
        kind="EcsJob",
        source=Source(file=f"jobs.d/{name}.yaml", line=1),
        definition=Owned(body=body),
        spec={},
    )
    return replace(found, **members)  # type: ignore[arg-type]


def wanted(of: Job) -> Wanted:
    spec = {"family": of.name, "containerDefinitions": [{"name": "app", "image": "app:1"}]}
    managed = definition_tags(
        owner="me",
        job=of.name,
        digest=digest(spec),
        deletion=of.deletion_policy,
        source=of.source.file,
        commit=None,
    )
    resource = Resource(kind="task-definition", name=of.name, job=of.name, spec=spec, source=of.source)
    return Wanted(resource=resource, rules=RULES, owner="me", digest=digest(spec), managed=managed)


def in_sync(of: Job) -> Family:
    tags = {**wanted(of).managed, "reconciler:verified": "1"}
    return Family(name=of.name, revisions=(Revision(arn=f"arn:{of.name}:1", name=of.name, number=1, tags=tags),))


def seen(of: Job, *, live: bool = True, memory: Memory | None = None, ran_before: bool = False) -> JobSeen:
    shot = OneShot(generation="g1-new", bounds=Bounds(), memory=memory, ran_before=ran_before)
    return JobSeen(
        job=of,
        wanted=wanted(of),
        family=in_sync(of) if live else Family(name=of.name),
        one_shot=shot if isinstance(of.trigger, Once) else None,
    )


def memory(state: RunState | None) -> Memory:
    return Memory(stream="once/a/g1-new/0", generation="g1-new", n=0, claimed=NOW, final=state, reason="app exited 3")


def plan(*jobs: JobSeen, limits: Limits | None = None, settings: Settings = SETTINGS, **more: object) -> Plan:
    everything = Seen(settings=settings, limits=limits or Limits(), now=NOW, jobs=jobs, origin="jobs.d")
    return make_plan(replace(everything, **more))  # type: ignore[arg-type]


def told(made: Plan) -> Sequence[tuple[Action, str, Status]]:
    return [(step.action, step.job, step.status) for step in made.steps]


ONCE = job("migrate", trigger=Once())
DEPENDENT = job("report", depends_on=("migrate",))


def test_what_waits_for_a_one_shot_is_not_even_registered() -> None:
    made = plan(seen(ONCE, live=False), seen(DEPENDENT, live=False))
    assert told(made) == [
        (Action.CREATE, "migrate", Status.PLANNED),
        (Action.CREATE, "report", Status.BLOCKED),
        (Action.LAUNCH, "migrate", Status.PLANNED),
    ]
    assert made.jobs[1].message == "waits for migrate"
    assert not any(step.error for step in made.steps)


def test_what_waits_for_a_failed_one_shot_fails_with_it() -> None:
    made = plan(seen(ONCE, memory=memory(RunState.FAILED)), seen(DEPENDENT, live=False))
    assert made.jobs[0].health is Health.FAILED
    assert [step.error for step in made.steps] == [
        "",
        "blocked: migrate has not succeeded",
        "failed: app exited 3; `reconcile retry migrate` runs it again",
    ]


def test_what_waits_for_a_one_shot_that_succeeded_goes_on() -> None:
    made = plan(seen(ONCE, memory=memory(RunState.SUCCEEDED)), seen(DEPENDENT, live=False))
    assert (Action.CREATE, "report", Status.PLANNED) in told(made)


def test_a_dependency_outside_a_narrowed_pass_counts_as_it_stands() -> None:
    limits = Limits(jobs=("report",))
    done = seen(ONCE, memory=memory(RunState.SUCCEEDED))
    assert (Action.CREATE, "report", Status.PLANNED) in told(
        plan(seen(DEPENDENT, live=False), depended=(done,), limits=limits)
    )


def test_a_suspended_one_shot_is_registered_and_not_launched() -> None:
    made = plan(seen(replace(ONCE, suspend=True), live=False))
    assert told(made) == [(Action.CREATE, "migrate", Status.PLANNED)]
    assert made.jobs[0].health is Health.SUSPENDED


def test_an_older_checkout_changes_nothing_and_says_so() -> None:
    older, newer = (Commit(sha=sha, time=NOW + timedelta(days=day)) for sha, day in (("aaa", 0), ("bbb", 1)))
    entry = replace(seen(ONCE, live=True), live_commit=newer)
    made = plan(entry, commit=older)
    assert made.jobs[0].sync is Sync.BEHIND
    assert made.steps[-1].status is Status.BLOCKED
    assert made.steps[-1].error == (
        "this checkout (aaa of 2026-11-21 12:00:00Z) is older than what is live (bbb of 2026-11-22 12:00:00Z)"
        "; --allow-older lifts it"
    )
    assert plan(entry, commit=older, limits=Limits(allow_older=True)).jobs[0].sync is Sync.IN_SYNC
    assert plan(entry, commit=newer).jobs[0].sync is Sync.IN_SYNC


def test_more_reruns_than_allowed_are_refused_and_first_runs_are_not() -> None:
    again = [seen(job(f"j{n}", trigger=Once()), ran_before=True) for n in range(3)]
    first = seen(ONCE)
    made = plan(*again, first, settings=replace(SETTINGS, max_reruns=2), limits=Limits(settings_max_reruns=2))
    assert [step.job for step in made.steps if step.action is Action.LAUNCH and step.operation] == ["migrate"]
    assert [str(problem) for problem in made.problems] == [
        "3 one-shots that ran before would run again (maxReruns 2), so none does (--max-reruns 3 lifts it)"
    ]
    lifted = plan(*again, limits=Limits(settings_max_reruns=2, max_reruns=3))
    assert sum(step.operation is not None for step in lifted.steps) == 3


def test_no_more_runs_than_allowed_are_launched_at_once() -> None:
    jobs = [seen(job(f"j{n}", trigger=Once())) for n in range(3)]
    made = plan(*jobs, settings=replace(SETTINGS, max_concurrent_runs=2))
    assert [step.status for step in made.steps if step.action is Action.LAUNCH] == [
        Status.PLANNED,
        Status.PLANNED,
        Status.SKIPPED,
    ]
    assert not any(step.error for step in made.steps)


def orphan(name: str, *, deletion: DeletionPolicy = DeletionPolicy.DEREGISTER, source: str = "jobs.d/x.yaml") -> Orphan:
    tags = {"reconciler:owner": "me", "reconciler:job": name, "reconciler:deletion": deletion.value}
    revision = Revision(arn=f"arn:{name}:1", name=name, number=1, tags={**tags, "reconciler:source": source})
    foreign = Revision(arn=f"arn:{name}:0", name=name, number=0)
    return Orphan(kind="task-definition", family=Family(name=name, revisions=(revision, foreign)))


def test_an_orphan_loses_the_revisions_that_are_ours_and_no_others() -> None:
    made = plan(orphans=(orphan("gone"),))
    assert [step.operation.revision.arn for step in made.steps if isinstance(step.operation, Deregister)] == [
        "arn:gone:1"
    ]


def test_deletions_come_last() -> None:
    made = plan(seen(ONCE, live=False), orphans=(orphan("aaa"),))
    assert [step.action for step in made.steps] == [Action.CREATE, Action.LAUNCH, Action.DELETE]


def test_every_reason_to_keep_an_orphan_is_said() -> None:
    reasons = {
        "no manifest names it; deletionPolicy Retain": plan(orphans=(orphan("a", deletion=DeletionPolicy.RETAIN),)),
        "no manifest names it; it came from other/x.yaml": plan(orphans=(orphan("a", source="other/x.yaml"),)),
        "no manifest names it; it came from an unknown place": plan(orphans=(orphan("a", source=""),)),
        "no manifest names it; pruning is off (Settings' spec.prune.enabled)": plan(
            orphans=(orphan("a"),), settings=replace(SETTINGS, prune=False)
        ),
        "no manifest names it; without Settings only --max-deletions prunes": plan(
            orphans=(orphan("a"),), settings=Settings(owner="me")
        ),
        "no manifest names it; nothing is pruned while a manifest is invalid": plan(
            orphans=(orphan("a"),), limits=Limits(invalid=True)
        ),
        "no manifest names it; it goes when a pass a minute later finds none either": plan(
            orphans=(orphan("a"),), limits=Limits(settled=("b",))
        ),
        "no manifest names it; a narrowed pass prunes nothing": plan(
            orphans=(orphan("a"),), limits=Limits(jobs=("b",))
        ),
    }
    for reason, made in reasons.items():
        assert [(step.action, step.reason) for step in made.steps] == [(Action.KEEP, reason)]


def test_what_a_newer_commit_made_is_not_taken_for_deleted() -> None:
    """Its manifest has not gone: it has not come yet to this checkout."""
    theirs, ours = (Commit(sha=day * 40, time=datetime(2026, 11, int(day), tzinfo=UTC)) for day in "21")
    made_by = {"reconciler:commit": str(theirs)}
    old, new = orphan("gone"), orphan("kept")
    revision, *foreign = new.family.revisions
    tagged = replace(revision, tags={**revision.tags, **made_by})
    new = replace(new, family=replace(new.family, revisions=(tagged, *foreign)))
    made = plan(orphans=(old, new), commit=ours)
    assert told(made) == [(Action.KEEP, "kept", Status.BLOCKED), (Action.DELETE, "gone", Status.PLANNED)]
    assert made.steps[0].error == (
        "this checkout (111111111111 of 2026-11-01 00:00:00Z) is older than what is live "
        "(222222222222 of 2026-11-02 00:00:00Z); --allow-older lifts it"
    )
    for lifted in (
        plan(orphans=(new,), commit=theirs),
        plan(orphans=(new,), commit=ours, limits=Limits(allow_older=True)),
    ):
        assert told(lifted) == [(Action.DELETE, "kept", Status.PLANNED)]


def test_one_that_is_too_many_is_told_as_one() -> None:
    again = seen(job("again", trigger=Once()), ran_before=True)
    made = plan(again, orphans=(orphan("gone"),), limits=Limits(max_deletions=0, max_reruns=0))
    assert [problem.message for problem in made.problems] == [
        "1 one-shot that ran before would run again (maxReruns 0), so none does",
        "1 job would be deleted (maxDeletions 0), so none is",
    ]


def test_more_deletions_than_allowed_delete_nothing_and_stop_nothing_else() -> None:
    orphans = tuple(orphan(name) for name in ("a", "b", "c"))
    made = plan(seen(ONCE, live=False), orphans=orphans)
    assert [step.job for step in made.steps if step.operation] == ["migrate", "migrate"]
    assert [str(problem) for problem in made.problems] == [
        "3 jobs would be deleted (maxDeletions 2), so none is (--max-deletions 3 lifts it)"
    ]
    lifted = plan(orphans=orphans, limits=Limits(max_deletions=3))
    assert [step.action for step in lifted.steps] == [Action.DELETE] * 3


def test_what_was_missing_long_enough_is_pruned() -> None:
    made = plan(orphans=(orphan("a"), orphan("b")), limits=Limits(settled=("b",)))
    assert [step.job for step in made.steps if step.action is Action.DELETE] == ["b"]


def test_a_job_that_failed_a_short_while_ago_is_left_alone_and_says_why() -> None:
    limits = Limits(paused={"report": Pause(error="AccessDenied"), "gone": Pause(error="Throttled")})
    orphans = (orphan("gone"),)
    made = plan(seen(ONCE, live=False), seen(job("report"), live=False), limits=limits, orphans=orphans)
    assert told(made) == [
        (Action.CREATE, "migrate", Status.PLANNED),
        (Action.CREATE, "report", Status.BLOCKED),
        (Action.LAUNCH, "migrate", Status.PLANNED),
        (Action.DELETE, "gone", Status.BLOCKED),
    ]
    assert [step.error for step in made.steps] == ["", "AccessDenied", "", "Throttled"]
    assert [step.operation for step in made.steps if step.job in limits.paused] == [None, None]


def test_a_start_that_was_not_tried_yet_ends_the_pause_of_its_job() -> None:
    pause = Pause(error="no such cluster", runs=frozenset({"migrate/g1-old/0"}))
    assert told(plan(seen(ONCE), limits=Limits(paused={"migrate": pause}))) == [
        (Action.KEEP, "migrate", Status.PLANNED),
        (Action.LAUNCH, "migrate", Status.PLANNED),
    ]
    tried = replace(pause, runs=pause.runs | {"migrate/g1-new/0"})
    assert told(plan(seen(ONCE), limits=Limits(paused={"migrate": tried})))[1] == (
        Action.LAUNCH,
        "migrate",
        Status.BLOCKED,
    )


def test_a_job_that_could_not_be_looked_at_is_an_error_of_its_own() -> None:
    made = plan(replace(seen(job("a")), error="ClusterNotFound"), seen(job("b"), live=False))
    assert [(entry.job.name, entry.sync) for entry in made.jobs] == [("a", Sync.ERROR), ("b", Sync.MISSING)]
    assert [step.error for step in made.steps] == ["ClusterNotFound", ""]
