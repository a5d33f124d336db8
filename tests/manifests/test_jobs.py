from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reconciler.model import (
    ConcurrencyPolicy,
    DeletionPolicy,
    Engine,
    Linked,
    Logs,
    Once,
    Owned,
    RerunOn,
    Schedule,
    Shared,
    Source,
)
from tests.manifests.conftest import Directory

HEAD = "apiVersion: reconciler/v1\nkind: EcsJob\nmetadata: {name: hello}\nspec:\n"
BODY = "  taskDefinition:\n    containerDefinitions:\n      - {name: main, image: busybox, memory: 64}\n"
FARGATE = """\
  taskDefinition:
    requiresCompatibilities: [FARGATE]
    networkMode: awsvpc
    cpu: 256
    memory: 512
    containerDefinitions: [{name: main, image: busybox}]
"""
SETTINGS = "apiVersion: reconciler/v1\nkind: Settings\nmetadata: {name: team}\nspec:\n"


def test_a_minimal_job_and_its_defaults(jobs_d: Directory) -> None:
    job = jobs_d.job(HEAD + BODY)

    assert (job.name, job.declared_name, job.kind, job.source) == (
        "hello", "hello", "EcsJob", Source(file="jobs.d/job.yaml", line=1, column=1),
    )  # fmt: skip
    assert job.definition == Owned(body={"containerDefinitions": [{"name": "main", "image": "busybox", "memory": 64}]})
    assert job.run == {"cluster": "default"}
    assert (job.logs, job.trigger, job.depends_on, job.main_container, job.tags) == (None, None, (), None, {})
    assert (job.start_timeout_seconds, job.active_deadline_seconds, job.backoff_limit) == (None, None, 0)
    assert (job.suspend, job.deletion_policy, job.revision_history_limit, job.adopt) == (
        False, DeletionPolicy.DEREGISTER, 1, False,
    )  # fmt: skip


def test_a_job_that_says_everything(jobs_d: Directory) -> None:
    text = (HEAD + BODY).replace("{name: hello}", "{name: hello, tags: {a: b, c: 1}, formerNames: [old]}") + (
        "  run: {launchType: EC2, count: 2, command: [echo, hi], environment: {A: 1, B: null}}\n"
        "  logs: {}\n"
        "  once: {key: k, rerunOn: key}\n"
        "  dependsOn: [first]\n"
        "  mainContainer: main\n"
        "  startTimeoutSeconds: 10\n"
        "  activeDeadlineSeconds: 20\n"
        "  backoffLimit: 3\n"
        "  suspend: true\n"
        "  deletionPolicy: Retain\n"
        "  revisionHistoryLimit: 4\n"
        "  adopt: other.prod\n"
        "  ignoreDifferences: [taskDefinition.cpu]\n"
    )
    first = (HEAD + BODY).replace("hello", "first") + "  once: {}\n"
    settings = SETTINGS + "  namePrefix: p-\n  cluster: batch\n  tags: {a: x, team: data}\n"
    job = jobs_d.job({"jobs.d/s.yaml": settings, "jobs.d/a.yaml": text, "jobs.d/b.yaml": first}, "p-hello")

    assert (job.name, job.declared_name, job.tags) == ("p-hello", "hello", {"a": "b", "c": "1", "team": "data"})
    assert (job.depends_on, job.former_names) == (("p-first",), ("p-old",))
    assert job.run == {
        "launchType": "EC2",
        "count": 2,
        "command": ["echo", "hi"],
        "environment": {"A": "1", "B": None},
        "cluster": "batch",
    }
    assert job.logs == Logs(group="/jobs/p-hello")
    assert job.trigger == Once(key="k", rerun_on=RerunOn.KEY)
    assert (job.main_container, job.start_timeout_seconds, job.active_deadline_seconds) == ("main", 10, 20)
    assert (job.backoff_limit, job.suspend, job.deletion_policy) == (3, True, DeletionPolicy.RETAIN)
    assert (job.revision_history_limit, job.adopt, job.ignore_differences) == (4, "other.prod", ("taskDefinition.cpu",))


def test_a_schedule(jobs_d: Directory) -> None:
    job = jobs_d.job(
        HEAD + BODY + "  schedule:\n"
        "    cron: 0 3 * * *\n"
        "    timeZone: Europe/Paris\n"
        "    engine: reconciler\n"
        "    concurrencyPolicy: Forbid\n"
        "    startingDeadlineSeconds: 600\n"
        "    startDate: 2026-12-01T03:00:00\n"
        "    endDate: 2027-12-01T03:00:00Z\n"
    )

    assert job.trigger == Schedule(
        syntax="cron",
        expression="0 3 * * *",
        engine=Engine.RECONCILER,
        time_zone="Europe/Paris",
        concurrency_policy=ConcurrencyPolicy.FORBID,
        starting_deadline_seconds=600,
        start_date=datetime(2026, 12, 1, 3, tzinfo=ZoneInfo("Europe/Paris")),
        end_date=datetime(2027, 12, 1, 3, tzinfo=UTC),
    )
    assert job.trigger.start_date is not None
    assert job.trigger.start_date.utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize(
    ("lines", "definition"),
    [
        ("  taskDefinitionArn: etl:7\n", Linked(reference="etl:7")),
        ("  definitionOf: owner\n", Shared(job="owner")),
    ],
)
def test_definitions_of_others(jobs_d: Directory, lines: str, definition: object) -> None:
    owner = (HEAD + BODY).replace("hello", "owner")

    assert jobs_d.job({"jobs.d/a.yaml": HEAD + lines, "jobs.d/b.yaml": owner}).definition == definition


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (HEAD + BODY, None),
        (HEAD + BODY + "  run: {launchType: EC2}\n", None),
        (HEAD + FARGATE, 300),
        (HEAD + FARGATE + "  run: {launchType: FARGATE_SPOT}\n", 300),
        (HEAD + FARGATE + "  run: {capacityProviderStrategy: [{capacityProvider: FARGATE_SPOT}, {capacityProvider: FARGATE}]}\n", 300),
        (HEAD + BODY + "  run: {capacityProviderStrategy: [{capacityProvider: mine}]}\n", None),
        (HEAD + "  taskDefinitionArn: etl\n  run: {launchType: FARGATE}\n", 300),
        (HEAD + FARGATE + "  startTimeoutSeconds: 60\n", 60),
    ],
)  # fmt: skip
def test_the_start_timeout_is_five_minutes_on_fargate_only(jobs_d: Directory, text: str, seconds: int | None) -> None:
    assert jobs_d.job(text).start_timeout_seconds == seconds


DEFAULTS = (
    SETTINGS
    + """\
  defaults:
    EcsJob:
      taskDefinition: {networkMode: host, executionRoleArn: "arn:aws:iam::111111111111:role/${{ reconciler.job }}"}
      run: {launchType: EC2, tags: [{key: a, value: b}]}
      logs: {retentionDays: 30}
      once: {key: from-defaults}
      schedule: {engine: reconciler, timeZone: Europe/Paris}
"""
)


def test_defaults_lie_under_the_job(jobs_d: Directory) -> None:
    job = jobs_d.job({"jobs.d/s.yaml": DEFAULTS, "jobs.d/job.yaml": HEAD + BODY + "  run: {tags: null, count: 2}\n"})

    assert job.spec["taskDefinition"] == {
        "networkMode": "host",
        "executionRoleArn": "arn:aws:iam::111111111111:role/hello",
        "containerDefinitions": [{"name": "main", "image": "busybox", "memory": 64}],
    }
    assert job.run == {"launchType": "EC2", "count": 2, "cluster": "default"}
    assert job.logs == Logs(group="/jobs/hello", retention_days=30)


def test_defaults_of_a_trigger_or_a_definition_need_the_section(jobs_d: Directory) -> None:
    job = jobs_d.job({"jobs.d/s.yaml": DEFAULTS, "jobs.d/job.yaml": HEAD + "  taskDefinitionArn: etl\n"})

    assert (job.trigger, job.logs, job.definition) == (None, None, Linked(reference="etl"))


@pytest.mark.parametrize("default", ["taskDefinitionArn: theirs", "taskDefinitionFile: td.json", "definitionOf: other"])
def test_a_default_gives_no_job_another_source_of_its_definition(jobs_d: Directory, default: str) -> None:
    settings = DEFAULTS + f"      {default}\n"
    files = {"jobs.d/s.yaml": settings, "jobs.d/a.yaml": HEAD.replace("hello", "bare"), "jobs.d/job.yaml": HEAD + BODY}

    assert jobs_d.errors(files) == [
        "jobs.d/a.yaml:4:1 spec: one of taskDefinition, taskDefinitionFile, taskDefinitionArn or definitionOf "
        "is required"
    ]


def test_a_schedule_may_be_a_text_where_defaults_name_the_engine(jobs_d: Directory) -> None:
    job = jobs_d.job({"jobs.d/s.yaml": DEFAULTS, "jobs.d/job.yaml": HEAD + BODY + '  schedule: "0 3 * * *"\n'})

    assert job.trigger == Schedule(
        syntax="cron", expression="0 3 * * *", engine=Engine.RECONCILER, time_zone="Europe/Paris"
    )


def test_a_schedule_as_text_without_an_engine_is_told(jobs_d: Directory) -> None:
    assert jobs_d.errors(HEAD + BODY + '  schedule: "0 3 * * *"\n') == [
        "jobs.d/job.yaml:8:3 spec.schedule: engine is required "
        "(reconciler: a loop starts the runs; eventbridge: EventBridge Scheduler does)"
    ]


def test_defaults_lie_under_a_definition_file_too(jobs_d: Directory) -> None:
    definition = (
        '{"containerDefinitions": [{"name": "main", "image": "busybox", "memory": 64}], "networkMode": "bridge"}'
    )
    job = jobs_d.job(
        {
            "jobs.d/s.yaml": DEFAULTS,
            "jobs.d/job.yaml": HEAD + "  taskDefinitionFile: td.json\n",
            "jobs.d/td.json": definition,
        }
    )

    assert job.definition == Owned(
        body={
            "networkMode": "bridge",
            "executionRoleArn": "arn:aws:iam::111111111111:role/hello",
            "containerDefinitions": [{"name": "main", "image": "busybox", "memory": 64}],
        }
    )
    assert job.sources[("spec", "taskDefinition", "networkMode")] == Source(file="jobs.d/td.json", line=1, column=80)
    assert job.logs == Logs(group="/jobs/hello", retention_days=30)


def test_an_overlay_is_merged_last_and_can_take_a_default_out(jobs_d: Directory) -> None:
    environments = "  environments: {prod: {namePrefix: p-}, test: {}}\n"
    overlay = "  environments:\n    prod:\n      run: {launchType: null, count: 3}\n      schedule: '5 4 * * *'\n"
    files = {
        "jobs.d/s.yaml": DEFAULTS + environments,
        "jobs.d/job.yaml": HEAD + BODY + "  schedule: {rate: 1 hour}\n" + overlay,
    }
    test = jobs_d.job(files, environment="test")
    prod = jobs_d.job(files, "p-hello", environment="prod")

    assert (test.run["launchType"], test.trigger) == (
        "EC2", Schedule(syntax="rate", expression="1 hour", engine=Engine.RECONCILER, time_zone="Europe/Paris"),
    )  # fmt: skip
    assert prod.run == {"count": 3, "tags": [{"key": "a", "value": "b"}], "cluster": "default"}
    assert prod.trigger == Schedule(
        syntax="cron", expression="5 4 * * *", engine=Engine.RECONCILER, time_zone="Europe/Paris"
    )


def test_a_job_may_exist_in_some_environments_only(jobs_d: Directory) -> None:
    files = {
        "jobs.d/s.yaml": SETTINGS + "  environments: {prod: {namePrefix: p-}, test: {}}\n",
        "jobs.d/job.yaml": (HEAD + BODY).replace("{name: hello}", "{name: hello, environments: [prod]}"),
    }

    assert [job.name for job in jobs_d.load(files, environment="test").jobs] == []
    assert [job.name for job in jobs_d.load(files, environment="prod").jobs] == ["p-hello"]


def test_environments_that_do_not_exist_are_told(jobs_d: Directory) -> None:
    files = {
        "jobs.d/s.yaml": SETTINGS + "  environments: {prod: {}}\n",
        "jobs.d/job.yaml": (HEAD + BODY).replace("{name: hello}", "{name: hello, environments: [prod, prd]}")
        + "  environments: {staging: {}}\n",
    }

    assert jobs_d.errors(files, environment="prod") == [
        'jobs.d/job.yaml:3:46 metadata.environments[1]: no environment "prd" (expected one of prod) (did you mean prod?)',
        'jobs.d/job.yaml:8:18 spec.environments.staging: no environment "staging" (expected one of prod)',
    ]


def test_two_triggers(jobs_d: Directory) -> None:
    text = HEAD + BODY + "  once: {}\n  schedule: {cron: '0 3 * * *', engine: reconciler}\n"

    assert jobs_d.errors(text) == [
        "jobs.d/job.yaml:8:3 spec.once: schedule and once exclude each other (keep one of them)"
    ]


def test_sources_point_at_the_line_to_edit(jobs_d: Directory) -> None:
    text = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: hello}
spec:
  taskDefinition:
    containerDefinitions:
      - name: main
        image: busybox:${{ TAG }}
        memory:
          64
        environment: &environment
          - {name: A, value: "1"}
      - name: other
        image: busybox
        memory: 64
        essential: false
        environment: *environment
"""
    job = jobs_d.job({"jobs.d/s.yaml": DEFAULTS, "jobs.d/job.yaml": text}, variables={"TAG": "1"})
    containers = ("spec", "taskDefinition", "containerDefinitions")

    def line(*path: str | int) -> str:
        return str(job.sources[path])

    assert line(*containers, 0, "image") == "jobs.d/job.yaml:8:9"
    assert line(*containers, 0, "memory") == "jobs.d/job.yaml:10:11"
    assert line(*containers, 1, "environment") == "jobs.d/job.yaml:17:9"
    assert line(*containers, 1, "environment", 0, "value") == "jobs.d/job.yaml:12:23"
    assert line("spec", "taskDefinition", "networkMode") == "jobs.d/s.yaml:7:24"
    assert line("spec", "run", "launchType") == "jobs.d/s.yaml:8:13"
    assert (*containers, 0, "cpu") not in job.sources
    assert len(job.sources) == len(set(job.sources)) == len(dict(job.sources))


def test_a_batch_job(jobs_d: Directory) -> None:
    job = jobs_d.job(
        """\
apiVersion: reconciler/v1
kind: BatchJob
metadata: {name: hello}
spec:
  jobDefinition:
    type: container
    containerProperties:
      image: busybox
      resourceRequirements: [{type: VCPU, value: 1}, {type: MEMORY, value: 64}]
  run: {jobQueue: q}
  activeDeadlineSeconds: 60
"""
    )

    assert (job.kind, job.run, job.start_timeout_seconds, job.active_deadline_seconds) == (
        "BatchJob", {"jobQueue": "q"}, None, 60,
    )  # fmt: skip
    assert isinstance(job.definition, Owned)
    assert job.definition.body["containerProperties"]["resourceRequirements"] == [
        {"type": "VCPU", "value": "1"},
        {"type": "MEMORY", "value": "64"},
    ]


def test_a_slip_of_the_finger_is_no_million_tasks(jobs_d: Directory) -> None:
    assert jobs_d.errors(HEAD + BODY + "  run: {count: 2000}\n") == []
    (problem,) = jobs_d.errors(HEAD + BODY + "  run: {count: 1000000}\n")
    assert problem == "jobs.d/job.yaml:8:9 spec.run.count: expected at most 2000, got 1000000"
