"""The fault plan, the call log, the policy table and the guard: what makes a test of the unhappy ways possible."""

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from reconciler.local import LocalAws
from reconciler.local.faults import CallRecord

from .conformance import container, refusal


def register(aws: LocalAws, family: str = "f") -> Any:
    return aws.client("ecs").register_task_definition(family=family, containerDefinitions=[container()])


# -- lost, late, refused ----------------------------------------------------------------------------------------------


@pytest.mark.gap(8)
@pytest.mark.parametrize(
    ("service", "operation", "code", "status"),
    [
        ("ecs", "ListClusters", "ThrottlingException", 400),
        ("batch", "DescribeJobQueues", "TooManyRequestsException", 429),
        ("scheduler", "ListSchedules", "ThrottlingException", 429),
        ("logs", "DescribeLogGroups", "ThrottlingException", 400),
        ("resourcegroupstaggingapi", "GetResources", "ThrottledException", 400),
        ("ec2", "DescribeVpcs", "RequestLimitExceeded", 503),
        ("iam", "ListRoles", "Throttling", 400),
    ],
)
def test_each_service_throttles_in_its_own_words(
    aws: LocalAws, service: Any, operation: Any, code: Any, status: Any
) -> None:
    """The error in the service's model, or its "Common errors"."""
    aws.faults.add(f"{service}:{operation}", "throttle")
    client = aws.client(service)
    with pytest.raises(ClientError) as told:
        client._make_api_call(operation, {})
    answer = told.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert aws.faults.pending == ()


@pytest.mark.gap(8)
def test_a_fault_lets_calls_through_first_and_touches_as_many_as_it_says(aws: LocalAws) -> None:
    aws.faults.add("ecs:ListClusters", "server_error", skip=1, times=2)
    ecs, outcomes = aws.client("ecs"), []
    for _ in range(4):
        try:
            ecs.list_clusters()
            outcomes.append("ok")
        except ClientError as error:
            outcomes.append(error.response["Error"]["Code"])
    assert outcomes == ["ok", "ServerException", "ServerException", "ok"]
    assert [record.outcome for record in aws.calls.named("ecs:ListClusters")] == outcomes


@pytest.mark.gap(8)
@pytest.mark.parametrize(("effect", "revisions"), [("drop_before", 0), ("drop_after", 1)])
def test_a_connection_is_cut_before_or_after_the_call_took_effect(aws: LocalAws, effect: Any, revisions: Any) -> None:
    aws.faults.add("ecs:RegisterTaskDefinition", effect)
    with pytest.raises(ConnectionClosedError):
        register(aws)
    assert len(aws.client("ecs").list_task_definitions()["taskDefinitionArns"]) == revisions


@pytest.mark.gap(8)
def test_a_slow_answer_takes_virtual_time(aws: LocalAws) -> None:
    aws.faults.add("ecs:ListClusters", "slow", seconds=90)
    before = aws.now()
    answer = aws.client("ecs").list_clusters()
    assert aws.now() - before == 90
    assert answer["ResponseMetadata"]["HTTPHeaders"]["date"] == "Thu, 01 Jan 2026 00:01:30 GMT"


@pytest.mark.gap(8)
def test_credentials_expire(aws: LocalAws) -> None:
    aws.faults.add("*", "expired", times=None)
    told = refusal(aws.client("ecs").list_clusters)
    assert told == ("ExpiredTokenException", "The security token included in the request is expired")


@pytest.mark.gap(8)
def test_a_fault_can_be_kept_to_some_requests(aws: LocalAws) -> None:
    aws.faults.add(
        "ecs:RegisterTaskDefinition", "error", code="ClientException", reason="Too many", where={"family": "a"}
    )
    register(aws, "b")
    assert refusal(lambda: register(aws, "a")) == ("ClientException", "Too many")


def test_a_test_can_act_between_a_call_and_its_answer(aws: LocalAws) -> None:
    seen = []
    aws.faults.add("ecs:RegisterTaskDefinition", "run_after", action=lambda: seen.append(aws.calls.total))
    register(aws)
    assert seen == [1]


def test_an_unknown_effect_is_told(aws: LocalAws) -> None:
    with pytest.raises(ValueError, match=r"^fault ecs:\*: effect \(expected one of deny, "):
        aws.faults.add("ecs:*", "explode")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the caller in /proc")
@pytest.mark.parametrize(("effect", "clusters"), [("kill_before", 1), ("kill_after", 2)])
def test_the_caller_is_killed_before_or_after_its_call_took_effect(aws: LocalAws, effect: Any, clusters: Any) -> None:
    aws.faults.add("ecs:CreateCluster", effect)
    script = "import boto3; boto3.client('ecs').create_cluster(clusterName='made'); print('survived')"
    child = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | aws.environment, capture_output=True, text=True, check=False
    )
    assert (child.returncode, child.stdout) == (-9, "")
    assert len(aws.client("ecs").list_clusters()["clusterArns"]) == clusters


@pytest.mark.gap(9)
def test_lists_and_descriptions_may_lag_behind_a_write(aws: LocalAws) -> None:
    """Developer guide, "Eventual consistency": after RunTask, DescribeTasks may not find the task yet."""
    aws.faults.add("ecs:ListTasks", "lag", seconds=5, times=None)
    aws.faults.add("ecs:DescribeTasks", "lag", seconds=5, times=None)
    register(aws)
    ecs = aws.client("ecs")
    (task,) = ecs.run_task(taskDefinition="f")["tasks"]
    assert ecs.list_tasks()["taskArns"] == []
    assert ecs.describe_tasks(tasks=[task["taskArn"]])["failures"][0]["reason"] == "MISSING"
    aws.advance(5)
    assert ecs.list_tasks()["taskArns"] == [task["taskArn"]]


@pytest.mark.gap(10)
def test_many_who_register_at_once_get_a_revision_each(aws: LocalAws) -> None:
    """One lock; moto's counter gives one number twice."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: register(aws), range(80)))
    assert aws.calls.counts() == {"ecs:RegisterTaskDefinition": 80}
    assert sorted(answer["taskDefinition"]["revision"] for answer in answers) == list(range(1, 81))


# -- what was called --------------------------------------------------------------------------------------------------


def test_the_call_log_tells_who_called_what_and_when(aws: LocalAws) -> None:
    aws.advance(60)
    aws.client("ecs", account="222233334444", region="eu-west-1").describe_clusters(clusters=["a"])
    (record,) = aws.calls
    assert record == CallRecord(
        number=1,
        service="ecs",
        operation="DescribeClusters",
        time=1767225660.0,
        account="222233334444",
        region="eu-west-1",
        principal="arn:aws:iam::222233334444:user/local",
        members={"clusters": ["a"]},
        outcome="ok",
    )


def test_what_aws_would_never_answer_fails_the_test_that_met_it() -> None:
    """A crash is told to the client and kept; the fixture `aws` asserts that there is none."""
    with LocalAws(clock="manual") as aws:
        told = refusal(aws.client("ecs").execute_command, command="sh", interactive=True, task="t")
        assert told == ("NotImplemented", "the embedded AWS does not implement ecs:ExecuteCommand")
        aws.faults.add("ecs:ListClusters", "run_before", action=lambda: 1 / 0)
        assert refusal(aws.client("ecs").list_clusters) == (
            "EmbeddedAwsCrash",
            "the embedded AWS crashed in ecs:ListClusters: ZeroDivisionError('division by zero')",
        )
        assert [crash.call for crash in aws.crashes] == ["ecs:ExecuteCommand", "ecs:ListClusters"]
        assert aws.client("ecs").list_clusters()["clusterArns"] != []


@pytest.mark.gap(19)
@pytest.mark.parametrize("host", ["192.0.2.1", "ecs.us-east-1.amazonaws.com", "ecs.us-east-1.api.aws"])
def test_tests_cannot_reach_the_network(aws: LocalAws, host: Any) -> None:
    assert aws.endpoint.startswith("http://127.0.0.1:")
    with pytest.raises(RuntimeError, match=f"a test tried to reach {host} "):
        socket.create_connection((host, 443), timeout=1)


# -- permissions ------------------------------------------------------------------------------------------------------


@pytest.mark.gap(18)
def test_a_policy_refuses_by_action_and_resource(aws: LocalAws) -> None:
    """IAM user guide: the evaluation of identity-based policies and the words of the refusal."""
    definitions = "arn:aws:ecs:us-east-1:123456789012:task-definition/"
    aws.policies.put(
        "123456789012",
        [
            {"Effect": "Allow", "Action": "ecs:*", "Resource": "*"},
            {"Effect": "Deny", "Action": "ecs:RegisterTaskDefinition", "Resource": definitions + "theirs:*"},
        ],
    )
    register(aws, "ours")
    assert refusal(lambda: register(aws, "theirs")) == (
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/local is not authorized to perform: ecs:RegisterTaskDefinition on "
        f"resource: {definitions}theirs:* with an explicit deny in an identity-based policy",
    )


@pytest.mark.gap(18)
def test_handing_over_a_role_needs_pass_role(aws: LocalAws) -> None:
    """Developer guide, "Amazon ECS task execution IAM role": iam:PassRole."""
    ecs = aws.client("ecs")
    ecs.register_task_definition(family="f", containerDefinitions=[container()], taskRoleArn="worker")
    role = "arn:aws:iam::123456789012:role/worker"
    aws.policies.put("123456789012", [{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}])
    told = refusal(ecs.run_task, taskDefinition="f")
    assert told[0] == "AccessDeniedException"
    assert f"not authorized to perform: iam:PassRole on resource: {role} " in told[1]
    aws.policies.put("123456789012", [{"Effect": "Allow", "Action": ["ecs:*", "iam:PassRole"], "Resource": "*"}])
    assert ecs.run_task(taskDefinition="f")["failures"] == []


@pytest.mark.gap(18)
def test_an_assumed_role_has_its_own_policy_and_account(aws: LocalAws) -> None:
    """STS, AssumeRole: the session belongs to the role's account."""
    import boto3

    role = "arn:aws:iam::222233334444:role/reader"
    aws.policies.put(role, [{"Effect": "Allow", "Action": "ecs:Describe*", "Resource": "*"}])
    keys = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    ecs = boto3.session.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name="us-east-1"
    ).client("ecs", endpoint_url=aws.endpoint)
    (missing,) = ecs.describe_clusters(clusters=["a"])["failures"]
    assert missing["arn"] == "arn:aws:ecs:us-east-1:222233334444:cluster/a"
    assert refusal(ecs.list_clusters)[0] == "AccessDeniedException"
    aws.advance(3600)
    assert refusal(ecs.describe_clusters)[0] == "ExpiredTokenException"
    ecs.close()


# -- the server's own doors -------------------------------------------------------------------------------------------


def control(aws: LocalAws, method: Any, name: str, told: Any = None, **headers: Any) -> Any:
    request = urllib.request.Request(
        f"{aws.endpoint}/_local/{name}",
        method=method,
        data=json.dumps(told).encode() if told is not None else None,
        headers={"X-Local-Token": aws.token, **headers},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def test_the_control_endpoints_do_what_the_python_object_does(aws: LocalAws) -> None:
    before = control(aws, "GET", "health")["now"]
    assert control(aws, "POST", "advance", {"seconds": 60}) == {"now": before + 60}
    control(aws, "POST", "faults", {"call": "ecs:ListClusters", "effect": "throttle"})
    assert refusal(aws.client("ecs").list_clusters)[0] == "ThrottlingException"
    assert control(aws, "GET", "calls")["counts"] == {"ecs:ListClusters": 1}
    control(aws, "POST", "ecs/outcome", {"family": "*", "outcome": "exit 4"})
    register(aws)
    arn = aws.client("ecs").run_task(taskDefinition="f")["tasks"][0]["taskArn"]
    control(aws, "POST", "advance", {"seconds": 10})
    control(aws, "POST", "ecs/exit", {"task": arn, "exitCode": 9})
    (task,) = aws.client("ecs").describe_tasks(tasks=[arn])["tasks"]
    assert task["containers"][0]["exitCode"] == 9


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"X-Local-Token": "wrong"}, 403), ({"Origin": "https://example.com"}, 403), ({"Host": "example.com"}, 403)],
)
def test_strangers_and_web_pages_are_kept_out(aws: LocalAws, headers: Any, status: Any) -> None:
    with pytest.raises(urllib.error.HTTPError) as told:
        control(aws, "GET", "health", **headers)
    assert told.value.code == status
    assert "access-control-allow-origin" not in told.value.headers
    told.value.close()


def test_a_bad_control_request_is_told_in_one_line(aws: LocalAws) -> None:
    with pytest.raises(urllib.error.HTTPError) as told:
        control(aws, "POST", "ecs/outcome", {"family": "*", "outcome": "explode"})
    assert told.value.read().decode() == (
        "/_local/ecs/outcome: outcome: 'explode' (expected such as 'exit 3 after 40s', see reconciler.local.outcomes)\n"
    )
    told.value.close()
