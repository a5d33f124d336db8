import pytest

from tests.manifests.conftest import Directory

JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: hello}
spec:
  taskDefinition: {containerDefinitions: [{name: main, image: busybox, memory: 64}]}
  schedule:
    engine: reconciler
"""
EVENTBRIDGE = JOB.replace("engine: reconciler", "engine: eventbridge") + (
    "    cron: 0 3 * * *\n    eventBridge: {roleArn: 'arn:aws:iam::111111111111:role/x'}\n"
)
FIVE = "expected five fields (minute, hour, day of month, month, day of week), got"
AWS = "these are AWS's six fields: leave out the year and write * for ?"


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ('cron: "61 3 * * *"', 'cron: minute: expected 0-59, got "61"'),
        ('cron: "0 3 * * XYZ"', 'cron: day of week: expected 0-7 or SUN-SAT, 5L or 1#2, got "XYZ"'),
        ('cron: "0 3 30 2 *"', "cron: never starts: there is no day 30 in month 2"),
        ('cron: "0 3 * *"', f'cron: {FIVE} 4: "0 3 * *"'),
        ('cron: "0 0 3 * * *"', f'cron: {FIVE} 6: "0 0 3 * * *" (a schedule has no seconds and no year: leave them out)'),
        ('cron: "0 3 * * ? *"', f'cron: {FIVE} 6: "0 3 * * ? *" ({AWS}: "0 3 * * *")'),
        ("cron: often", 'cron: expected five cron fields, as in "0 3 * * *", or a nickname like @daily, got "often"'),
        ("rate: fifteen minutes", 'rate: expected a rate like "15 minutes", "6 hours" or "1 day", got "fifteen minutes"'),
        ("at: 2026-02-30T03:00:00", 'at: expected a date and time that exist, got "2026-02-30T03:00:00"'),
        ('cron: "0 3 * * *"\n    timeZone: Europe/Pariss', 'timeZone: unknown time zone "Europe/Pariss" (expected an IANA name like Europe/Paris) (did you mean Europe/Paris?)'),
        ('cron: "0 3 * * *"\n    timeZone: ../../etc/passwd', 'timeZone: unknown time zone "../../etc/passwd" (expected an IANA name like Europe/Paris)'),
        ('cron: "0 3 * * *"\n    timeZone: CEST', 'timeZone: unknown time zone "CEST" (expected an IANA name like Europe/Paris)'),
        ('cron: "0 3 * * *"\n    timeZone: utC ', 'timeZone: unknown time zone "utC" (expected an IANA name like Europe/Paris) (did you mean UTC?)'),
        ('cron: "0 3 * * *"\n    timeZone: Europe', 'timeZone: unknown time zone "Europe" (expected an IANA name like Europe/Paris) (did you mean Europe/Rome?)'),
        ('cron: "0 3 * * *"\n    startDate: 2026-12-01T00:00:00\n    endDate: 2026-12-01T00:00:00', "endDate: expected a time after startDate 2026-12-01T00:00:00+00:00, got 2026-12-01T00:00:00+00:00"),
        ('cron: "0 3 * * *"\n    startDate: 2026-13-01T00:00:00', 'startDate: no such time, got "2026-13-01T00:00:00"'),
        ('cron: "0 3 * * *"\n    startingDeadlineSeconds: 2701', "startingDeadlineSeconds: expected at most 2700, got 2701"),
    ],
)  # fmt: skip
def test_a_schedule_that_could_never_be_kept(jobs_d: Directory, lines: str, error: str) -> None:
    (told,) = jobs_d.errors(JOB + f"    {lines}\n")

    assert told.split(" ", 1)[1].removeprefix("spec.schedule.") == error


@pytest.mark.parametrize(
    "lines",
    [
        'cron: "*/15 0-6,20 1,15 JAN-MAR MON-FRI"',
        'cron: "0 3 L * *"',
        'cron: "@daily"',
        'cron: "0 0 29 2 *"',
        "rate: 15 minutes",
        "rate: 1 day",
        "at: 2026-12-01T03:00:00\n    timeZone: Australia/Lord_Howe",
    ],
)
def test_a_schedule_that_can(jobs_d: Directory, lines: str) -> None:
    assert jobs_d.errors(JOB + f"    {lines}\n") == []


@pytest.mark.parametrize("policy", ["Forbid", "Replace"])
def test_eventbridge_cannot_look_at_runs(jobs_d: Directory, policy: str) -> None:
    assert jobs_d.errors(EVENTBRIDGE + f"    concurrencyPolicy: {policy}\n") == [
        f"jobs.d/job.yaml:10:5 spec.schedule.concurrencyPolicy: engine eventbridge cannot keep {policy} (expected Allow) "
        "(use engine: reconciler)"
    ]


def test_eventbridge_needs_a_role(jobs_d: Directory) -> None:
    assert jobs_d.errors(
        EVENTBRIDGE.replace("    eventBridge: {roleArn: 'arn:aws:iam::111111111111:role/x'}\n", "")
    ) == [
        "jobs.d/job.yaml:6:3 spec.schedule: eventBridge is required"
        " (eventBridge.roleArn is the role that EventBridge Scheduler launches with)"
    ]


def test_timeouts_where_nothing_follows_are_warned_of(jobs_d: Directory) -> None:
    lines = "  activeDeadlineSeconds: 60\n  backoffLimit: 1\n"
    following = "acts only while `reconcile --watch` follows what EventBridge Scheduler launches"

    assert jobs_d.warnings(EVENTBRIDGE + lines) == [
        f"jobs.d/job.yaml:10:3 spec.activeDeadlineSeconds: activeDeadlineSeconds {following}",
        f"jobs.d/job.yaml:11:3 spec.backoffLimit: backoffLimit {following}",
    ]
    assert jobs_d.warnings(JOB + "    rate: 1 hour\n" + lines) == []


def test_a_section_of_the_other_engine_is_warned_of(jobs_d: Directory) -> None:
    text = EVENTBRIDGE.replace("engine: eventbridge", "engine: reconciler")

    assert jobs_d.warnings(text) == [
        "jobs.d/job.yaml:9:5 spec.schedule.eventBridge: eventBridge has no effect under engine reconciler"
    ]


def test_eventbridge_starts_ten_tasks_at_most(jobs_d: Directory) -> None:
    assert jobs_d.errors(EVENTBRIDGE + "  run: {count: 11}\n") == [
        "jobs.d/job.yaml:10:9 spec.run.count: engine eventbridge starts at most 10 tasks a slot, got 11 "
        "(use engine: reconciler)"
    ]
    assert jobs_d.errors(EVENTBRIDGE + "  run: {count: 10}\n") == []
    assert jobs_d.errors(JOB + "    rate: 1 hour\n  run: {count: 11}\n") == []
