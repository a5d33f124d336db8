"""Who calls, where to, how often, and what is said when that cannot work."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.aws.rate_limits import Limit, RateLimits
from reconciler.aws.session import Aws
from reconciler.clock import Clock, ManualClock
from reconciler.errors import AccessDenied, ExitCode, OutcomeUnknown, Rejected, Throttled, UsageError
from reconciler.local import LocalAws

ROLE = "arn:aws:iam::111122223333:role/teams/deploy"


def test_the_account_is_asked_for_once(caller: Aws, aws: LocalAws) -> None:
    assert (caller.account, caller.account, caller.region) == (aws.account, aws.account, aws.region)
    assert caller.calls == {"sts:GetCallerIdentity": 1}


def test_nothing_is_asked_that_nobody_wants_to_know(caller: Aws) -> None:
    caller.call("ecs:ListClusters")
    assert caller.calls == {"ecs:ListClusters": 1}


def test_another_account_than_the_expected_one_is_refused_before_anything_is_sent(aws: LocalAws) -> None:
    with Aws(environment=aws.environment, expected_account="999988887777") as caller:
        with pytest.raises(UsageError) as caught:
            caller.call("ecs:ListClusters")
        assert caller.calls == {"sts:GetCallerIdentity": 1}
    assert str(caught.value) == (
        f'account: these credentials belong to another one (expected "999988887777", got "{aws.account}") — '
        "choose another --profile or --role-arn, or correct Settings' spec.accountId"
    )
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_role_is_assumed_with_its_external_id(aws: LocalAws, clock: Clock) -> None:
    with Aws(environment=aws.environment, clock=clock, role_arn=ROLE, external_id="x-1") as caller:
        made = caller.call("ecs:CreateCluster", clusterName="there")["cluster"]["clusterArn"]
        assert made == "arn:aws:ecs:us-east-1:111122223333:cluster/there"
        assert caller.account == "111122223333"
        assert caller.calls == {"sts:GetCallerIdentity": 1, "sts:AssumeRole": 1, "ecs:CreateCluster": 1}
    (assumed,) = aws.calls.named("sts:AssumeRole")
    assert assumed.members["RoleArn"] == ROLE
    assert assumed.members["ExternalId"] == "x-1"


def test_a_role_is_assumed_again_before_its_credentials_run_out(aws: LocalAws, clock: Clock) -> None:
    with Aws(environment=aws.environment, clock=clock, role_arn=ROLE) as caller:
        caller.call("ecs:ListClusters")
        aws.advance(59 * 60)
        caller.call("ecs:ListClusters")
        assert caller.calls["sts:AssumeRole"] == 2


def test_a_role_that_the_caller_has_already_is_not_assumed(aws: LocalAws, clock: Clock) -> None:
    given = aws.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="ci")["Credentials"]
    environment = {
        **aws.environment,
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }
    with Aws(environment=environment, clock=clock, role_arn=ROLE, expected_account="111122223333") as caller:
        caller.call("ecs:ListClusters")
        assert caller.calls == {"sts:GetCallerIdentity": 1, "ecs:ListClusters": 1}


def test_a_role_that_may_not_be_assumed_is_named(aws: LocalAws, clock: Clock) -> None:
    aws.faults.add("sts:AssumeRole", "deny")
    with Aws(environment=aws.environment, clock=clock, role_arn=ROLE) as caller, pytest.raises(AccessDenied) as caught:
        caller.call("ecs:ListClusters")
    assert "sts:AssumeRole is not allowed on" in str(caught.value)


def test_without_credentials_it_says_how_to_get_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    with Aws(region="eu-west-1") as caller, pytest.raises(UsageError) as caught:
        caller.call("ecs:ListClusters")
    assert str(caught.value) == (
        "AWS credentials — Unable to locate credentials — name a profile (--profile, AWS_PROFILE), set AWS_ACCESS_KEY_ID, "
        "or sign in: aws sso login"
    )


def test_an_unknown_profile_is_named() -> None:
    with Aws(profile="prodd", region="eu-west-1") as caller, pytest.raises(UsageError) as caught:
        caller.call("ecs:ListClusters")
    assert str(caught.value) == (
        "profile: The config profile (prodd) could not be found — see --profile and AWS_PROFILE"
    )


@pytest.mark.parametrize(("role", "account"), [(None, "123456789012"), (ROLE, "111122223333")])
def test_given_credentials_shut_out_the_users_profile(
    aws: LocalAws, clock: Clock, monkeypatch: pytest.MonkeyPatch, role: str | None, account: str
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "prodd")
    with Aws(environment=aws.environment, clock=clock, role_arn=role) as caller:
        assert caller.call("sts:GetCallerIdentity")["Account"] == account


def test_without_a_region_it_says_how_to_name_one() -> None:
    with Aws() as caller, pytest.raises(UsageError) as caught:
        _ = caller.region
    assert str(caught.value) == ("region: none is set — name one by --region, AWS_REGION or Settings' spec.region")


def test_aws_region_names_the_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    assert (Aws().region, Aws(region="eu-north-1").region) == ("eu-west-3", "eu-north-1")


def test_a_region_that_is_none_of_awss_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        _ = Aws(region="eu-wets1").region
    assert str(caught.value) == 'region: expected one of AWS\'s, got "eu-wets1" — did you mean eu-west-1?'


def test_an_endpoint_that_nobody_answers_at_is_a_wrong_setting(aws: LocalAws, caller: Aws, clock: Clock) -> None:
    environment = {**aws.environment, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    with Aws(environment=environment, clock=clock) as lost, pytest.raises(UsageError) as caught:
        lost.call("ecs:ListClusters")
    assert str(caught.value) == (
        'endpoint: Could not connect to the endpoint URL: "http://127.0.0.1:1/" — '
        "see --endpoint-url and AWS_ENDPOINT_URL"
    )


def test_an_endpoint_that_is_no_url_is_a_wrong_setting(aws: LocalAws, clock: Clock) -> None:
    environment = {**aws.environment, "AWS_ENDPOINT_URL": "localhost:4566"}
    with Aws(environment=environment, clock=clock) as lost, pytest.raises(UsageError) as caught:
        lost.call("ecs:ListClusters")
    assert str(caught.value) == (
        'endpoint: expected a URL, got "localhost:4566" — see --endpoint-url and AWS_ENDPOINT_URL'
    )


def test_keys_that_aws_has_never_known_are_a_wrong_setting(caller: Aws, aws: LocalAws) -> None:
    aws.faults.add("sts:GetCallerIdentity", "error", code="InvalidClientTokenId", reason="The token is invalid.")
    with pytest.raises(UsageError) as caught:
        _ = caller.account
    assert str(caught.value) == (
        "AWS credentials — The token is invalid. (InvalidClientTokenId) — name a profile (--profile, AWS_PROFILE), set "
        "AWS_ACCESS_KEY_ID, or sign in: aws sso login"
    )


def test_a_proxy_is_not_asked_for_this_machine(aws: LocalAws, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with Aws(environment=aws.environment, clock=clock) as caller:
        caller.call("ecs:ListClusters")


def test_the_first_answer_sets_the_clock_and_tells_of_a_wrong_host(aws: LocalAws) -> None:
    clock = ManualClock(datetime(2025, 12, 31, 23, 58, tzinfo=UTC))
    with Aws(environment=aws.environment, clock=clock) as caller:
        caller.call("ecs:ListClusters")
        assert clock.now().timestamp() == aws.now()
        aws.advance(300)
        caller.call("ecs:ListClusters")
        assert clock.now().timestamp() == aws.now() - 300
        caller.resynchronise()
        caller.call("ecs:ListClusters")
        assert clock.now().timestamp() == aws.now()
        assert caller.warnings == ("this host's clock is 120 s behind AWS's; AWS's time is used",)


def test_a_host_that_is_a_minute_off_is_let_be(aws: LocalAws) -> None:
    clock = ManualClock(datetime(2026, 1, 1, 0, 1, tzinfo=UTC))
    with Aws(environment=aws.environment, clock=clock) as caller:
        caller.call("ecs:ListClusters")
        assert caller.warnings == ()


def test_throttling_is_waited_out(caller: Aws, aws: LocalAws) -> None:
    aws.faults.add("ecs:ListClusters", "throttle", times=3)
    caller.call("ecs:ListClusters")
    assert caller.calls == {"ecs:ListClusters": 4}


def test_throttling_that_goes_on_is_told(caller: Aws, aws: LocalAws) -> None:
    aws.faults.add("ecs:ListClusters", "throttle", times=None)
    with pytest.raises(Throttled):
        caller.call("ecs:ListClusters")
    assert caller.calls == {"ecs:ListClusters": 5}


def test_a_lost_answer_is_of_unknown_outcome(caller: Aws, aws: LocalAws) -> None:
    aws.faults.add("ecs:CreateCluster", "drop_after", times=None)
    with pytest.raises(OutcomeUnknown):
        caller.call("ecs:CreateCluster", clusterName="x")
    assert caller.calls == {"ecs:CreateCluster": 5}


def test_an_endpoint_that_never_answers_is_given_up_in_a_minute(caller: Aws) -> None:
    """As where a network has no way to AWS: five times botocore's own 60 s look like standing still."""
    config: Any = caller.client("ecs").meta.config
    assert config.connect_timeout * config.retries["total_max_attempts"] < 60


def test_a_job_is_never_submitted_twice(caller: Aws, aws: LocalAws) -> None:
    aws.faults.add("batch:SubmitJob", "server_error", times=None)
    with pytest.raises(OutcomeUnknown):
        caller.call("batch:SubmitJob", jobName="j", jobQueue="q", jobDefinition="d")
    assert caller.calls == {"batch:SubmitJob": 1}


def test_a_family_that_is_being_registered_is_waited_for(caller: Aws, aws: LocalAws) -> None:
    aws.faults.add(
        "ecs:RegisterTaskDefinition",
        "error",
        code="ClientException",
        reason="Too many concurrent attempts to create a new revision of the specified family.",
        times=2,
    )
    container = {"name": "main", "image": "x", "memory": 64}
    caller.call("ecs:RegisterTaskDefinition", family="a", containerDefinitions=[container])
    assert caller.calls == {"ecs:RegisterTaskDefinition": 3}


def test_a_log_group_that_somebody_else_is_making_is_waited_for(caller: Aws, aws: LocalAws) -> None:
    """aws-cdk#15709: "A conflicting operation is currently in progress against this resource. Please try again."."""
    aws.faults.add("logs:CreateLogGroup", "error", code="OperationAbortedException", reason="Please try again.")
    caller.call("logs:CreateLogGroup", logGroupName="/reconciler/me")
    aws.faults.add("logs:PutRetentionPolicy", "error", code="OperationAbortedException", reason="Please try again.")
    caller.call("logs:PutRetentionPolicy", logGroupName="/reconciler/me", retentionInDays=7)
    assert caller.calls == {"logs:CreateLogGroup": 2, "logs:PutRetentionPolicy": 2}


def test_another_client_exception_is_not_repeated(caller: Aws, aws: LocalAws) -> None:
    with pytest.raises(Rejected):
        caller.call("ecs:RegisterTaskDefinition", family="a", containerDefinitions=[])
    assert caller.calls == {"ecs:RegisterTaskDefinition": 1}


def test_calls_wait_for_their_bucket(aws: LocalAws, clock: Clock) -> None:
    limits = RateLimits(clock, [Limit(burst=2, rate=0.5, actions=("ecs:ListClusters",))])
    before = clock.now()
    with Aws(environment=aws.environment, clock=clock, rate_limits=limits) as caller:
        for _ in range(4):
            caller.call("ecs:ListClusters")
    assert clock.now() - before == timedelta(seconds=4)


def test_pages_are_read_to_the_end(caller: Aws, aws: LocalAws) -> None:
    for number in range(5):
        caller.call("ecs:CreateCluster", clusterName=f"c{number}")
    aws.faults.add("ecs:ListClusters", "page", count=2, times=None)
    found = [arn.rpartition("/")[2] for answer in caller.pages("ecs:ListClusters") for arn in answer["clusterArns"]]
    assert {"c0", "c1", "c2", "c3", "c4"} <= set(found)
    assert len(found) == len(set(found))


def test_many_threads_share_one_caller(caller: Aws) -> None:
    with ThreadPoolExecutor(max_workers=16) as pool:
        list(pool.map(lambda _: caller.call("ecs:ListClusters"), range(64)))
    assert caller.calls == {"ecs:ListClusters": 64}


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, reconciler.aws.session, reconciler.aws.task_definitions, reconciler.aws.tasks;"
        "print(sorted({'boto3', 'botocore', 'urllib3'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


KEYS = "aws_access_key_id = AKID\naws_secret_access_key = hunter2\n"


@pytest.mark.usefixtures("through_the_socket")
@pytest.mark.parametrize(
    ("profile", "variables", "told"),
    [
        ("credential_process = echo no-json", {}, "AWS credentials cannot be read: Expecting value: line 1 column 1"),
        ("", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://evil/"}, "AWS credentials cannot be read: Unsupported host"),
        ("", {"AWS_METADATA_SERVICE_TIMEOUT": "long"}, "AWS settings cannot be read: invalid literal for int()"),
        (KEYS + "aws_session_token = a\n  b", {}, "AWS credentials — a key or token holds a line break"),
    ],
)  # fmt: skip
def test_credentials_and_settings_that_cannot_be_read_are_no_answer(
    aws: LocalAws,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    profile: str,
    variables: dict[str, str],
    told: str,
) -> None:
    config = tmp_path / "config"
    config.write_text(f"[default]\nregion = eu-west-1\n{profile}\n")
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    more = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    for name, value in {**more, "AWS_EC2_METADATA_DISABLED": "true", **variables}.items():
        monkeypatch.setenv(name, value)
    with Aws(endpoint_url=aws.endpoint) as caller, pytest.raises(UsageError) as caught:
        caller.call("ecs:ListClusters")
    assert str(caught.value).startswith(told)
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).endswith("see the AWS_ variables and the profile in ~/.aws/config and ~/.aws/credentials")
