"""The policies of docs/iam: with them everything works; without any one statement what it is for fails, aloud."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from reconciler.aws import topics
from reconciler.aws.session import Aws
from reconciler.cli.program import run
from reconciler.errors import AccessDenied
from reconciler.local import LocalAws
from reconciler.local.calls import Place
from reconciler.local.ecs.store import tasks_of
from tests.cli import permissions
from tests.cli.command_line import Answer, Reconcile, lead_to
from tests.cli.permissions import ACCOUNT, CRUNCH, NIGHTLY, REGION, REPORT, actions, document, statements

ROLE: Final = "arn:aws:iam::111111111111:role"
#: Permissions that no policy of the reconciler's own holds: whoever becomes its role has one, the other takes none.
BEFORE: Final = frozenset({"sts:AssumeRole", "sts:GetCallerIdentity"})
#: Permissions that calls of other names take along.
ALONG: Final = frozenset({"events:TagResource", "iam:PassRole", "scheduler:TagResource"})
STRANGER: Final[Mapping[str, Any]] = {"name": "theirs", "image": "example/web:1", "memory": 64}


@pytest.fixture(scope="module")
def embedded() -> Iterator[LocalAws]:
    with LocalAws(clock="manual", account=ACCOUNT, region=REGION, seed=permissions.SEED) as aws:
        yield aws


@pytest.fixture(autouse=True)
def surroundings(embedded: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command line over the embedded AWS on its own time, and the directory `jobs.d`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    lead_to(embedded, ACCOUNT, REGION, monkeypatch)
    permissions.write(tmp_path / "jobs.d")
    embedded.policies.clear()
    yield
    embedded.policies.clear()
    assert not embedded.crashes, "\n".join(str(crash) for crash in embedded.crashes)


@pytest.fixture
def empty(embedded: LocalAws) -> LocalAws:
    """An account with what the jobs refer to, and nothing of ours."""
    embedded.reset()
    return embedded


@pytest.fixture(scope="module")
def lived_in(embedded: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> LocalAws:
    """An account in which the directory was reconciled, with a stranger's definitions, service and rule in it.

    For tests that only read.
    """
    embedded.reset()
    directory = tmp_path_factory.mktemp("before") / "jobs.d"
    permissions.write(directory)
    with pytest.MonkeyPatch.context() as patch:
        lead_to(embedded, ACCOUNT, REGION, patch)
        patch.setenv("XDG_CACHE_HOME", str(directory.parent / "cache"))
        patch.chdir(directory.parent)
        assert run(["--once", "--wait"]) == 0
    ecs, events = embedded.client("ecs"), embedded.client("events")
    for _ in range(2):
        ecs.register_task_definition(family="web", containerDefinitions=[STRANGER])
    ecs.create_service(serviceName="web", taskDefinition="web", desiredCount=0)
    events.put_rule(Name="theirs", ScheduleExpression="rate(1 hour)")
    return embedded


def hold(aws: LocalAws, *documents: Mapping[str, Any]) -> None:
    """Hold every caller to these policies, and to none where there are none."""
    aws.policies.clear()
    if documents:
        aws.policies.put(ACCOUNT, *documents)


def started(aws: LocalAws) -> tuple[int, int]:
    """Answer how many tasks and Batch jobs there are or were."""
    place = Place(ACCOUNT, REGION)
    with aws.lock():
        return len(tasks_of(aws.world, place, "default")), len(aws.world.store("batch", place).get("jobs", {}))


def denied(statement: Mapping[str, Any], answer: Answer) -> bool:
    """Whether an answer says, in a line and not in a traceback, that an action of the statement is not allowed."""
    told = answer.out + answer.err
    assert "Traceback" not in told
    return any(f"{action} is not allowed" in told for action in actions(statement))


# -- with everything ---------------------------------------------------------------------------------------------------


def test_with_both_policies_jobs_are_registered_run_changed_and_pruned(empty: LocalAws, reconcile: Reconcile) -> None:
    hold(empty, document("read"), document("write"))
    assert reconcile("--once", "--wait").code == 0
    assert started(empty) == (1, 1)
    permissions.write(Path("jobs.d"), nightly="", crunch="", report=REPORT.replace("app:1", "app:2"))
    for command in (["--once", "--wait"], ["run", "report", "--wait"], ["suspend", "report"], ["resume", "report"]):
        answer = reconcile(*command)
        assert answer.code == 0, answer.out + answer.err
    assert started(empty) == (3, 1)


READERS: Final = (
    *(["plan"], ["drift", "--unmanaged"], ["status"], ["runs"], ["logs", "report"], ["logs", "crunch"]),
    *(["wait", "crunch"], ["doctor"], ["import", "web"]),
)


def test_reading_verbs_act_as_the_reading_role_which_needs_one_policy_alone(
    lived_in: LocalAws, reconcile: Reconcile
) -> None:
    roles = f"  roleArn: {ROLE}/reconciler-write\n  readRoleArn: {ROLE}/reconciler-read\n"
    permissions.write(Path("jobs.d"), settings=permissions.SETTINGS + roles)
    hold(lived_in, document("assume"))
    lived_in.policies.put(f"{ROLE}/reconciler-read", document("read"))
    lived_in.policies.put(f"{ROLE}/reconciler-write", document("read"), document("write"))
    answers = {" ".join(command): reconcile(*command) for command in READERS}
    assert {command: answer.code for command, answer in answers.items()} == dict.fromkeys(answers, 0)
    assert not any("not allowed" in answer.out + answer.err for answer in answers.values())
    assert f"OK       permissions  {ROLE}/reconciler-write" in answers["doctor"].out


# -- without one statement ---------------------------------------------------------------------------------------------

REVISED: Final[Mapping[str, str]] = {
    "report": REPORT.replace("app:1", "app:2") + "  revisionHistoryLimit: 0\n",
    "crunch": CRUNCH.replace("app:1", "app:2") + "  revisionHistoryLimit: 0\n",
}
#: Plans over a changed directory: one that deregisters, one that meets a stranger's family.
CHANGED: Final[Mapping[str, Mapping[str, str]]] = {
    "superseding": REVISED,
    "claiming": {"web": REPORT.replace("name: report", "name: web")},
}
#: What says so when a reading statement is missing: verbs, or the plans above.
NEEDED_BY: Final[Mapping[str, list[list[str]]]] = {
    "ReadTaskDefinitions": [["plan"], ["drift"], ["status"], ["import", "--all", "--dir", "i.d"]],
    "ReadTaskDefinitionTags": [["claiming"]],
    "ReadJobDefinitions": [["plan"], ["logs", "crunch"]],
    "ReadTags": [["plan"]],
    "ReadTasks": [["plan"], ["runs"]],
    "ReadTaskDetails": [["plan"], ["status"], ["runs"]],
    "ReadJobs": [["logs", "crunch"]],
    "ReadLedger": [["plan"], ["status"], ["runs"]],
    "ReadLogGroups": [["plan"]],
    "ReadJobLogs": [["logs", "report"], ["logs", "crunch"]],
    "ReadSchedules": [["plan"], ["status"]],
    "ReadScheduleDetails": [["plan"], ["status"]],
    "ReadNetwork": [["plan"], ["doctor"]],
    "ReadUsersOfDefinitions": [["superseding"]],
    "ReadServices": [["superseding"]],
    "ReadRuleTargets": [["superseding"]],
    "ReadHistoryRule": [["plan"]],
    "ReadHistoryPolicy": [["plan"]],
    "ReadCapacity": [["doctor"]],
    "ExamineRoles": [["doctor"]],
    "ExaminePermissions": [["doctor"]],
    "ExamineImages": [["doctor"]],
    "ExamineSecrets": [["doctor"]],
    "ExamineParameters": [["doctor"]],
}


@pytest.mark.parametrize("statement", statements("read"), ids=lambda statement: statement["Sid"])
def test_without_a_reading_statement_what_needs_it_names_the_action(
    lived_in: LocalAws, reconcile: Reconcile, statement: Mapping[str, Any]
) -> None:
    hold(lived_in, document("read", without=statement["Sid"]))
    for command in NEEDED_BY[statement["Sid"]]:
        permissions.write(Path("jobs.d"), **CHANGED.get(command[0], {}))
        answer = reconcile(*(["plan"] if command[0] in CHANGED else command))
        assert denied(statement, answer), answer.out + answer.err
        # what a look-up of users or a check of doctor's cannot see is said, and is no failure of the whole
        assert answer.code == 1 or command[0] in {"superseding", "doctor"}
        assert not list(Path().glob("i.d/*"))


#: Statements that only ending a run needs.
ENDING: Final = frozenset({"EndJobs", "SayWhyJobsWaited", "StopTasks"})
WRITING: Final = [each for each in statements("write") if each["Sid"] not in ENDING | {"Notify"}]
#: Statements that only a second pass, over a directory that was changed, needs.
LATER: Final = frozenset({"DeregisterTaskDefinitions"})


@pytest.mark.parametrize("statement", WRITING, ids=lambda statement: statement["Sid"])
def test_without_a_writing_statement_its_step_fails_and_the_next_pass_finishes(
    empty: LocalAws, reconcile: Reconcile, statement: Mapping[str, Any]
) -> None:
    whole, without = [document("read"), document("write")], [document("read"), document("write", statement["Sid"])]
    if statement["Sid"] in LATER:
        assert reconcile("--once", "--wait").code == 0
        permissions.write(Path("jobs.d"), nightly="", **REVISED)
    hold(empty, *without)
    answer = reconcile("--once", "--wait")
    assert denied(statement, answer), answer.out + answer.err
    assert answer.code == 1
    hold(empty, *whole)
    empty.advance(60)  # the pause after a refused launch
    after = reconcile("--once", "--wait")
    assert after.code == 0, after.out + after.err
    assert reconcile("plan", "--exit-code").code == 0
    assert started(empty) == ((2, 2) if statement["Sid"] in LATER else (1, 1))


def test_without_the_statements_that_end_runs_stop_fails_and_the_runs_go_on(
    empty: LocalAws, reconcile: Reconcile
) -> None:
    permissions.write(
        Path("jobs.d"),
        nightly="",
        report=REPORT.replace("main\n", "main\n        dockerLabels: {local.outcome: runs forever}\n", 1),
        crunch=CRUNCH.replace(
            "image: example/app:1\n",
            "image: example/app:1\n      environment: [{name: LOCAL_OUTCOME, value: never starts}]\n",
        ),
    )
    read, write = document("read"), document("write")
    hold(empty, read, write)
    assert reconcile("--once").code == 0
    empty.advance(30)  # until the job is RUNNABLE
    for sid, job in (("StopTasks", "report"), ("EndJobs", "crunch")):
        hold(empty, read, document("write", without=sid))
        answer = reconcile("stop", job)
        (statement,) = (each for each in statements("write") if each["Sid"] == sid)
        assert denied(statement, answer), answer.out + answer.err
        assert answer.code == 1
    hold(empty, read, document("write", without="SayWhyJobsWaited"))
    assert reconcile("stop", "crunch").code == 0
    (job,) = empty.client("batch").describe_jobs(jobs=list(empty.world.store("batch", Place(ACCOUNT, REGION))["jobs"]))[
        "jobs"
    ]
    assert "batch:DescribeComputeEnvironments is not allowed" in job["statusReason"]
    hold(empty, read, write)
    assert reconcile("stop", "report").code == 0


def test_without_the_statement_for_topics_nothing_is_published(empty: LocalAws) -> None:
    topic = empty.client("sns").create_topic(Name="alarms")["TopicArn"]
    hold(empty, document("read"), document("write", without="Notify"))
    with Aws(environment=empty.environment, region=REGION) as aws:
        with pytest.raises(AccessDenied, match=f"sns:Publish is not allowed on {topic}"):
            topics.publish(aws, topic, subject="drift", message="{}", attributes={})
        hold(empty, document("read"), document("write"))
        topics.publish(aws, topic, subject="drift", message="{}", attributes={})


# -- EventBridge Scheduler's role --------------------------------------------------------------------------------------


def first_start(aws: LocalAws) -> str:
    """Answer what came of the first start of the night."""
    aws.advance(3 * 3600)
    with aws.lock():
        told = aws.world.services["scheduler"].controls["invocations"](aws.world, Place(ACCOUNT, REGION), {})
    return str(told["invocations"][0]["outcome"])


@pytest.mark.parametrize(
    ("without", "denied"),
    [
        (None, ""),
        ("RunTasks", "ecs:RunTask"),
        ("TagTasksAtTheirStart", "ecs:TagResource"),
        ("PassRolesToTasks", "iam:PassRole"),
    ],
)
def test_the_schedulers_role_needs_its_policy_to_start_tasks(
    empty: LocalAws, reconcile: Reconcile, without: str | None, denied: str
) -> None:
    assert reconcile("--once").code == 0
    empty.policies.put(f"{ROLE}/scheduler", document("scheduler", without))
    outcome = first_start(empty)
    assert f"not authorized to perform: {denied} " in outcome if denied else outcome == "delivered"


@pytest.mark.parametrize(
    ("without", "denied"),
    [(None, ""), ("SubmitJobs", "batch:SubmitJob"), ("TagJobsAtTheirStart", "batch:TagResource")],
)
def test_the_schedulers_role_needs_its_policy_to_submit_jobs(
    empty: LocalAws, reconcile: Reconcile, without: str | None, denied: str
) -> None:
    nightly = NIGHTLY.replace("EcsJob", "BatchJob").replace("definitionOf: report", "definitionOf: crunch")
    permissions.write(Path("jobs.d"), nightly=nightly.replace("  run: {launchType: FARGATE}\n", ""))
    assert reconcile("--once").code == 0
    empty.policies.put(f"{ROLE}/scheduler", document("scheduler", without))
    outcome = first_start(empty)
    assert f"not authorized to perform: {denied} " in outcome if denied else outcome == "delivered"


@pytest.mark.parametrize("without", [None, "SendToDeadLetterQueues"])
def test_the_schedulers_role_needs_its_policy_to_report_what_it_could_not_start(
    empty: LocalAws, reconcile: Reconcile, without: str | None
) -> None:
    queue = empty.client("sqs").create_queue(QueueName="dead")["QueueUrl"]
    dead = ', deadLetterArn: "arn:aws:sqs:eu-west-1:111111111111:dead"}'
    permissions.write(Path("jobs.d"), nightly=NIGHTLY.replace('scheduler"}', f'scheduler"{dead}'))
    assert reconcile("--once", "--wait").code == 0
    kept = document("scheduler", without)["Statement"]
    kept = [each for each in kept if each["Sid"] != "RunTasks"]
    empty.policies.put(f"{ROLE}/scheduler", kept)
    empty.advance(30 * 3600)
    counted = empty.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    assert (int(counted["Attributes"]["ApproximateNumberOfMessages"]) > 0) == (without is None)


# -- what is sent is what is allowed -----------------------------------------------------------------------------------


def sent() -> frozenset[str]:
    """Answer every action that the product can call: the first words of every `call` and `pages` in reconciler/aws."""
    found = set()
    for path in (permissions.POLICIES.parents[1] / "reconciler" / "aws").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_action(node.value):
                found.add(node.value)
    return frozenset(found - {"ecs:*", "batch:*"})


def _is_action(text: str) -> bool:
    prefix, _, operation = text.partition(":")
    known = (
        "batch",
        "ec2",
        "ecr",
        "ecs",
        "events",
        "iam",
        "logs",
        "scheduler",
        "secretsmanager",
        "sns",
        "ssm",
        "sts",
        "tag",
    )
    return prefix in known and operation.isalnum() and operation[:1].isupper()


def test_the_policies_allow_what_can_be_sent_and_nothing_else() -> None:
    allowed = frozenset().union(*(actions(each) for name in ("read", "write") for each in statements(name)))
    assert sent() - BEFORE == allowed - ALONG


def test_reading_changes_nothing() -> None:
    """What only looks is named so, but for the two that only answer a question."""
    words = ("Describe", "Get", "List", "Filter", "Simulate")
    told = [action for each in statements("read") for action in actions(each)]
    assert [action for action in told if not action.partition(":")[2].startswith(words)] == []


@pytest.mark.parametrize("name", ["read", "write", "scheduler", "assume"])
def test_a_policy_fits_into_iams_limit_and_says_things_once(name: str) -> None:
    """IAM quotas: a managed policy has at most 6,144 characters, white space not counted."""
    text = (permissions.POLICIES / f"{name}.json").read_text()
    assert len("".join(text.split())) <= 6144
    sids = [each["Sid"] for each in statements(name)]
    assert len(sids) == len(set(sids))
