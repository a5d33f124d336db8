"""One report with every kind of difference at once, and the manifests it speaks of."""

from datetime import UTC, datetime, timedelta

from reconciler.model import (
    ABSENT,
    Action,
    Against,
    ContainerEnd,
    Edit,
    FieldChange,
    Health,
    Job,
    JobEdit,
    JobReport,
    Manifests,
    Owned,
    Problem,
    Registration,
    Report,
    Run,
    RunState,
    Settings,
    Severity,
    Source,
    Status,
    Step,
    Sync,
    Unmanaged,
    Unreported,
)

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CANARY = "hunter2-canary"
_ARN = "arn:aws:ecs:eu-west-1:111111111111:task-definition"


def _at(file: str, line: int = 3) -> Source:
    return Source(file=f"jobs.d/{file}.yaml", line=line, column=1)


REPORT_CHANGES = (
    FieldChange(
        path="containerDefinitions[main].environment[TZ].value",
        before="UTC",
        after=CANARY,
        source=_at("nightly-report", 17),
    ),
    FieldChange(
        path="containerDefinitions[main].image",
        before="report:1.3",
        after="report:1.4",
        source=_at("nightly-report", 14),
    ),
    FieldChange(path="containerDefinitions[main].command", before=["--token", CANARY], after=["--token", CANARY, "-v"]),
    FieldChange(path="memory", before="2048", after="4096", source=_at("nightly-report", 9)),
    FieldChange(path="ephemeralStorage", before=ABSENT, after={"sizeInGiB": 40}, source=_at("nightly-report", 11)),
    FieldChange(path="tags[cost-centre]", before="<script>alert(1)</script>", after=ABSENT),
)
SCHEDULE_CHANGES = (
    FieldChange(
        path="ScheduleExpression", before="cron(0 4 * * ? *)", after="cron(0 3 * * ? *)", source=_at("index", 21)
    ),
    FieldChange(path="State", before="DISABLED", after="ENABLED", source=_at("index", 20)),
)


def _run(job: str, state: RunState, *, minutes: int, exit_code: int | None = None, reason: str = "") -> Run:
    started = datetime(2026, 11, 20, 3, 0, 12, tzinfo=UTC)
    return Run(
        job=job,
        trigger="slot:2026-11-20T03:00:00Z",
        ids=(f"arn:aws:ecs:eu-west-1:111111111111:task/batch/{job}",),
        target="batch",
        state=state,
        exit_code=exit_code,
        reason=reason,
        definition=f"{_ARN}/{job}:7",
        commit="9b1d2e3",
        created=started - timedelta(seconds=12),
        started=started,
        stopped=started + timedelta(minutes=minutes) if state.finished else None,
        containers=(ContainerEnd(name="main", exit_code=exit_code, reason=reason),),
    )


JOBS = (
    JobReport(
        name="archive",
        kind="EcsJob",
        sync=Sync.IN_SYNC,
        health=Health.SUCCEEDED,
        source=_at("archive"),
        definition=f"{_ARN}/archive:3",
        last_run=_run("archive", RunState.SUCCEEDED, minutes=5, exit_code=0),
    ),
    JobReport(
        name="etl",
        kind="EcsJob",
        sync=Sync.FOREIGN,
        health=Health.NEVER_RAN,
        source=_at("etl"),
        message="etl exists and was registered by nobody that reconciles it; set spec.adopt: true to take it over",
    ),
    JobReport(
        name="index",
        kind="EcsJob",
        sync=Sync.DRIFTED,
        health=Health.RUNNING,
        source=_at("index"),
        definition=f"{_ARN}/index:2",
        changes=SCHEDULE_CHANGES,
        schedule={"cron": "0 3 * * *", "timeZone": "Europe/Paris", "engine": "eventbridge", "state": "DISABLED"},
        next_start=datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
        last_run=_run("index", RunState.RUNNING, minutes=0),
    ),
    JobReport(
        name="invoices",
        kind="EcsJob",
        sync=Sync.BEHIND,
        health=Health.SUSPENDED,
        source=_at("invoices"),
        definition=f"{_ARN}/invoices:11",
        message="live is of commit 77aa0d1 (2026-11-19 17:02Z), newer than this checkout",
    ),
    JobReport(
        name="migrate-db",
        kind="EcsJob",
        sync=Sync.MISSING,
        health=Health.FAILED,
        source=_at("migrate-db"),
        last_run=_run(
            "migrate-db",
            RunState.FAILED,
            minutes=12,
            exit_code=3,
            reason=f"main exited 3; could not connect with {CANARY}",
        ),
    ),
    JobReport(
        name="nightly-report",
        kind="EcsJob",
        sync=Sync.DRIFTED,
        health=Health.SUCCEEDED,
        source=_at("nightly-report"),
        definition=f"{_ARN}/nightly-report:7",
        changes=REPORT_CHANGES,
        message="revision 7 was registered by arn:aws:iam::111111111111:user/ana at 2026-11-20 08:12Z",
        last_run=_run("nightly-report", RunState.SUCCEEDED, minutes=31, exit_code=0),
    ),
    JobReport(
        name="old-export",
        kind="EcsJob",
        sync=Sync.ORPHANED,
        health=Health.SUCCEEDED,
        definition=f"{_ARN}/old-export:4",
        message="no manifest declares it; it came from jobs.d/old-export.yaml",
    ),
    JobReport(
        name="train",
        kind="BatchJob",
        sync=Sync.ERROR,
        health=Health.UNKNOWN,
        source=_at("train"),
        message=f"RegisterJobDefinition: invalid value {CANARY} (ClientException)",
    ),
    JobReport(
        name="billing",
        kind="EcsJob",
        sync=Sync.DRIFTED,
        health=Health.PENDING,
        source=_at("billing"),
        definition=f"{_ARN}/billing:8",
        changes=(
            FieldChange(path="cpu", before="1024", after="512", source=_at("billing", 8)),
            FieldChange(path="tags[team]", before="sales", after="finance", source=_at("settings", 6)),
        ),
        live=Registration(name="billing:9", registered_at=START, registered_by="arn:aws:iam::111111111111:user/ana"),
        unreported=(
            Unreported(
                change=FieldChange(path="containerDefinitions[main].cpu", before=0, after=ABSENT),
                rule="containerDefinitions[].cpu: absent = 0",
                text="absent = 0",
                source="describe outputs committed to public repositories",
                grade="seen",
                equality="stores",
            ),
        ),
    ),
    JobReport(
        name="cleanup",
        kind="EcsJob",
        sync=Sync.DRIFTED,
        health=Health.NEVER_RAN,
        source=_at("cleanup"),
        definition=f"{_ARN}/cleanup:5",
        changes=(
            FieldChange(
                path="placementConstraints[0].expression", before="a == b", after="a==b", source=_at("cleanup", 12)
            ),
        ),
        message="does not converge: placementConstraints[0].expression",
        live=Registration(name="cleanup:5", registered_at=START, commit="77aa0d1c0ffee@2026-11-19T17:02:00+00:00"),
    ),
    JobReport(
        name="reindex",
        kind="EcsJob",
        sync=Sync.MISSING,
        health=Health.SUCCEEDED,
        source=_at("reindex"),
        definition=f"{_ARN}/reindex:1",
        schedule={"rate": "6 hours", "timeZone": "UTC", "engine": "eventbridge", "state": "ENABLED"},
        message="no such schedule exists",
        last_run=_run("reindex", RunState.SUCCEEDED, minutes=2, exit_code=0),
    ),
)
UNMANAGED = (
    Unmanaged(kind="job-definition", name="scratch"),
    Unmanaged(kind="task-definition", name="ana-test"),
)
AGAINST = Against(
    ref="main",
    commit="9b1d2e3f4a5b6c7d8e9f",
    jobs=(
        JobEdit(
            name="data-jobs.staging",
            kind="Settings",
            edit=Edit.CHANGED,
            source=_at("settings", 1),
            changes=(FieldChange(path="prune.maxDeletions", before=3, after=50, source=_at("settings", 1)),),
        ),
        JobEdit(
            name="migrate-db",
            kind="EcsJob",
            edit=Edit.CHANGED,
            source=_at("migrate-db"),
            changes=(REPORT_CHANGES[1],),
            message="runs again, unless this generation has run before",
        ),
        JobEdit(
            name="nightly-report",
            kind="EcsJob",
            edit=Edit.CHANGED,
            source=_at("nightly-report"),
            changes=REPORT_CHANGES[:3],
        ),
        JobEdit(
            name="old-export",
            kind="EcsJob",
            edit=Edit.REMOVED,
            source=Source(file="main:jobs.d/old-export.yaml", line=1),
        ),
        JobEdit(name="train", kind="BatchJob", edit=Edit.ADDED, source=_at("train")),
    ),
)
STEPS = (
    Step(
        action=Action.KEEP,
        kind="task-definition",
        name="archive:3",
        job="archive",
        reason="in sync",
        source=_at("archive"),
    ),
    Step(
        action=Action.CREATE,
        kind="log-group",
        name="/jobs/migrate-db",
        job="migrate-db",
        reason="no such log group",
        source=_at("migrate-db"),
        status=Status.DONE,
    ),
    Step(
        action=Action.CREATE,
        kind="task-definition",
        name="migrate-db",
        job="migrate-db",
        reason="no ACTIVE revision exists",
        source=_at("migrate-db"),
        status=Status.DONE,
    ),
    Step(
        action=Action.UPDATE,
        kind="task-definition",
        name="nightly-report",
        job="nightly-report",
        reason="containerDefinitions[main].command and 5 more differ",
        changes=REPORT_CHANGES,
        source=_at("nightly-report"),
        status=Status.BLOCKED,
        error="waits for migrate-db, which failed",
    ),
    Step(
        action=Action.ADOPT,
        kind="task-definition",
        name="load:5",
        job="load-facts",
        reason="adopt: it holds the manifest already",
        source=_at("load-facts"),
    ),
    Step(
        action=Action.KEEP,
        kind="task-definition",
        name="etl",
        job="etl",
        status=Status.FAILED,
        source=_at("etl"),
        reason="etl exists and was registered by nobody that reconciles it; set spec.adopt: true to take it over",
        error="etl exists and was registered by nobody that reconciles it; set spec.adopt: true to take it over",
    ),
    Step(
        action=Action.CREATE,
        kind="job-definition",
        name="train",
        job="train",
        reason="no ACTIVE revision exists",
        source=_at("train"),
        status=Status.FAILED,
        error=f"RegisterJobDefinition: invalid value {CANARY} (ClientException)",
    ),
    Step(
        action=Action.UPDATE,
        kind="schedule",
        name="index",
        job="index",
        reason="ScheduleExpression and 1 more differ",
        changes=SCHEDULE_CHANGES,
        source=_at("index", 19),
    ),
    Step(
        action=Action.CREATE,
        kind="schedule",
        name="reconciler-data-jobs.staging/reindex",
        job="reindex",
        reason="no such schedule exists",
        source=_at("reindex", 9),
    ),
    Step(
        action=Action.KEEP,
        kind="task-definition",
        name="cleanup:5",
        job="cleanup",
        reason="does not converge: placementConstraints[0].expression",
        source=_at("cleanup"),
    ),
    Step(
        action=Action.LAUNCH,
        kind="run",
        name="migrate-db/once",
        job="migrate-db",
        reason="generation g1-4f0c has not run",
        source=_at("migrate-db"),
        status=Status.DONE,
    ),
    Step(
        action=Action.STOP,
        kind="run",
        name="index/slot",
        job="index",
        reason="replaced by the start of 03:00",
        source=_at("index"),
    ),
    Step(action=Action.DELETE, kind="schedule", name="old-export", job="old-export", reason="no manifest declares it"),
    Step(
        action=Action.KEEP,
        kind="task-definition",
        name="old-export:3",
        job="old-export",
        reason="kept: used by task 0c1d",
    ),
    Step(
        action=Action.DELETE,
        kind="task-definition",
        name="old-export:4",
        job="old-export",
        reason="no manifest declares it",
        status=Status.SKIPPED,
    ),
)
PROBLEMS = (
    Problem(
        message=f'expected text, got "{CANARY}"',
        source=_at("train", 12),
        path="spec.jobDefinition.containerProperties.environment[0].value",
        job="train",
    ),
    Problem(
        message="looks like a secret in plain text",
        severity=Severity.WARNING,
        source=_at("nightly-report", 17),
        path="spec.taskDefinition.containerDefinitions[0].environment[1]",
        hint="use secrets",
        job="nightly-report",
    ),
    Problem(message="no prune without Settings", severity=Severity.WARNING),
)


def report(verb: str = "drift") -> Report:
    """Answer the scenario as `verb` would report it."""
    return Report(
        verb=verb,
        owner="data-jobs.staging",
        region="eu-west-1",
        account="111111111111",
        started=START,
        seconds=1.2345,
        jobs=tuple(reversed(JOBS)),
        steps=STEPS if verb in {"plan", "apply"} else (),
        problems=tuple(reversed(PROBLEMS)),
        unmanaged=UNMANAGED if verb == "drift" else None,
        against=AGAINST if verb == "plan" else None,
    )


def manifests() -> Manifests:
    """Answer the manifests whose hidden values the scenario's messages repeat."""
    environment = [{"name": "TZ", "value": CANARY}]
    return Manifests(
        directory="jobs.d",
        origin="jobs.d",
        settings=Settings(owner="data-jobs.staging", declared=True),
        digest="d1",
        jobs=tuple(
            Job(
                name=name,
                declared_name=name,
                kind="EcsJob",
                source=_at(name),
                definition=Owned(
                    body={"containerDefinitions": [{"name": "main", "image": "x:1", "environment": environment}]}
                ),
                spec={},
            )
            for name in ("migrate-db", "nightly-report", "train")
        ),
    )
