"""botocore's errors become ours, with one line that helps and no value of the request."""

from collections.abc import Mapping
from typing import Any

import botocore.exceptions
import botocore.parsers
import botocore.session
import pytest

from reconciler.aws import error_text
from reconciler.aws.error_codes import CODES, classify
from reconciler.aws.error_mapping import calling
from reconciler.errors import (
    AccessDenied,
    AlreadyExists,
    AwsCallError,
    Conflict,
    CredentialsExpired,
    NoCredentials,
    NotFound,
    OutcomeUnknown,
    ReconcilerError,
    Rejected,
    Throttled,
    UsageError,
)

SERVICES = ("ecs", "batch", "logs", "scheduler", "resourcegroupstaggingapi", "ec2", "sts", "iam", "events")
#: The only operation of its service that is called.
OPERATIONS = {
    "ecr": "DescribeImages",
    "secretsmanager": "DescribeSecret",
    "sns": "Publish",
    "ssm": "DescribeParameters",
}


def answered(
    action: str,
    code: str,
    message: str = "no",
    *,
    status: int = 400,
    sent: Mapping[str, Any] | None = None,
    **more: Any,
) -> ReconcilerError:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return raised(action, botocore.exceptions.ClientError(response, action.partition(":")[2]), sent)  # type: ignore[arg-type]


def raised(action: str, error: Exception, sent: Mapping[str, Any] | None = None) -> ReconcilerError:
    with pytest.raises(ReconcilerError) as caught, calling(action, sent):
        raise error
    return caught.value


def test_every_error_of_the_service_models_is_in_the_table() -> None:
    model = botocore.session.Session().get_service_model
    shapes: list[tuple[str, Any]] = [(each, shape) for each in SERVICES for shape in model(each).error_shapes]
    for service, operation in OPERATIONS.items():
        shapes += [(service, shape) for shape in model(service).operation_model(operation).error_shapes]
    assert {(service, shape.error_code) for service, shape in shapes if shape.error_code not in CODES} == set()


def test_no_code_stands_in_the_table_twice() -> None:
    import reconciler.aws.error_codes as module

    words = [
        word
        for name, text in vars(module).items()
        if name.startswith("_") and isinstance(text, str)
        for word in text.split()
        if not name.startswith("__")
    ]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize(
    ("action", "code", "message", "status", "kind"),
    [
        ("ecs:DescribeTaskDefinition", "ClientException", "Unable to describe task definition.", 400, NotFound),
        ("ecs:RegisterTaskDefinition", "ClientException", "Container.image is missing", 400, Rejected),
        ("ecs:RegisterTaskDefinition", "ClientException", "Too many concurrent attempts to create a new revision of "
         "the specified family.", 400, Throttled),
        ("ecs:StopTask", "InvalidParameterException", "The referenced task was not found.", 400, NotFound),
        ("ecs:RunTask", "InvalidParameterException", "No Container Instances were found.", 400, Rejected),
        ("ecs:RunTask", "ClusterNotFoundException", "Cluster not found.", 400, NotFound),
        ("ecs:RunTask", "ConflictException", "", 400, Conflict),
        ("scheduler:CreateSchedule", "ConflictException", "Schedule x already exists.", 409, AlreadyExists),
        ("scheduler:UpdateSchedule", "ConflictException", "", 409, Conflict),
        ("logs:CreateLogStream", "ResourceAlreadyExistsException", "", 400, AlreadyExists),
        ("ec2:DescribeSubnets", "InvalidVpcID.NotFound", "", 400, NotFound),
        ("ec2:DescribeSubnets", "RequestLimitExceeded", "", 503, Throttled),
        ("batch:SubmitJob", "TooManyRequestsException", "", 429, Throttled),
        ("batch:SubmitJob", "ServerException", "", 500, OutcomeUnknown),
        ("ecr:DescribeImages", "ImageNotFoundException", "", 400, NotFound),
        ("sns:Publish", "AuthorizationError", "", 403, AccessDenied),
        ("sns:Publish", "NotFound", "Topic does not exist", 404, NotFound),
        ("sns:Publish", "KMSThrottling", "", 400, Throttled),
        ("ecs:RunTask", "SomethingNew", "", 500, OutcomeUnknown),
        ("ecs:RunTask", "SomethingNew", "", 400, Rejected),
        ("ecs:RunTask", "ExpiredTokenException", "", 400, CredentialsExpired),
    ],
)  # fmt: skip
def test_a_code_says_what_may_be_done_next(
    action: str, code: str, message: str, status: int, kind: type[AwsCallError]
) -> None:
    assert classify(action, code, message, status) is kind


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("because no identity-based policy allows the iam:PassRole action", ""),
        ("because no permissions boundary allows the iam:PassRole action", " (by permissions boundary)"),
        ("because no resource control policy allows the iam:PassRole action", " (by resource control policy)"),
        ("with an explicit deny", " (by an explicit deny)"),
        (
            "with an explicit deny in an identity-based policy",
            " (by an explicit deny in an identity-based policy)",
        ),
        (
            "with an explicit deny in a service control policy: arn:aws:organizations::111122223333:policy/o-1/p-1",
            " (by an explicit deny in a service control policy)",
        ),
    ],
)
def test_a_denial_names_the_action_the_resource_and_the_policy(why: str, told: str) -> None:
    """IAM user guide, "Troubleshoot access denied error messages"."""
    denied = answered(
        "ecs:RunTask",
        "AccessDeniedException",
        "User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: iam:PassRole on resource: "
        f"arn:aws:iam::111122223333:role/task {why}",
    )
    assert isinstance(denied, AccessDenied)
    assert str(denied) == (
        "RunTask: iam:PassRole is not allowed on arn:aws:iam::111122223333:role/task for "
        f"arn:aws:sts::111122223333:assumed-role/ci/run{told} (AccessDeniedException)"
    )


def test_a_denial_without_details_names_the_call() -> None:
    assert str(answered("logs:PutLogEvents", "AccessDeniedException", "nope")) == (
        "PutLogEvents: logs:PutLogEvents is not allowed: nope (AccessDeniedException)"
    )


def test_a_conflict_names_the_tasks_that_exist() -> None:
    conflict = answered("ecs:RunTask", "ConflictException", "token", resourceIds=["arn:1", "arn:2"])
    assert isinstance(conflict, Conflict)
    assert conflict.resource_ids == ("arn:1", "arn:2")


def test_no_value_of_the_request_is_repeated() -> None:
    sent = {
        "cluster": "default",
        "overrides": {"containerOverrides": [{"name": "main", "environment": [{"name": "KEY", "value": "hunter2"}]}]},
    }
    refused = answered("ecs:RunTask", "InvalidParameterException", "bad  override\n'hunter2' of main", sent=sent)
    assert str(refused) == "RunTask: bad override '***' of main (InvalidParameterException)"


def test_values_that_validators_echo_are_left_out() -> None:
    message = (
        "1 validation error detected: Value '[{name=KEY, value='hunter2'}]' at 'overrides' failed to satisfy "
        "constraint: Member must not be null"
    )
    assert error_text.masked(message, {}) == (
        "1 validation error detected: value at 'overrides' failed to satisfy constraint: Member must not be null"
    )


def test_what_is_left_of_a_blank_value_tears_no_message_apart() -> None:
    members = {"containerDefinitions": [{"environment": [{"value": "   "}, {"value": " c "}, {"value": "a  b\nc"}]}]}
    assert error_text.masked("containers can be a b c", members) == "containers can be ***"


def test_a_malformed_request_is_told_by_paths_only() -> None:
    session = botocore.session.Session()
    session.set_credentials("key", "secret")
    ecs: Any = session.create_client("ecs", region_name="eu-west-1")
    containers = [{"environment": [{"name": "KEY", "value": ["hunter2"]}], "imaeg": "x", "cpu": "hunter2"}]
    with pytest.raises(Rejected) as caught, calling("ecs:RegisterTaskDefinition"):
        ecs.register_task_definition(containerDefinitions=containers)
    ecs.close()
    assert str(caught.value) == (
        "RegisterTaskDefinition: family is missing; containerDefinitions[0]: unknown member imaeg; "
        "containerDefinitions[0].environment[0].value: expected str; containerDefinitions[0].cpu: expected int "
        "(ParamValidationError)"
    )


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (
            botocore.exceptions.ReadTimeoutError(endpoint_url="https://ecs"),
            OutcomeUnknown,
            'RunTask: Read timeout on endpoint URL: "https://ecs" (ReadTimeoutError)',
        ),
        (
            botocore.exceptions.ConnectionClosedError(endpoint_url="https://ecs"),
            OutcomeUnknown,
            'RunTask: Connection was closed before we received a valid response from endpoint URL: "https://ecs". '
            "(ConnectionClosedError)",
        ),
        (
            botocore.exceptions.NoCredentialsError(),
            NoCredentials,
            f"AWS credentials — Unable to locate credentials — {error_text.NO_CREDENTIALS_HINT}",
        ),
        (
            botocore.exceptions.UnauthorizedSSOTokenError(),
            CredentialsExpired,
            "RunTask: The SSO session associated with this profile has expired or is otherwise invalid. To refresh "
            "this SSO session run aws sso login with the corresponding profile. (UnauthorizedSSOTokenError) — "
            "sign in again: aws sso login",
        ),
        (
            botocore.exceptions.ProfileNotFound(profile="prod"),
            UsageError,
            "profile: The config profile (prod) could not be found — see --profile and AWS_PROFILE",
        ),
        (
            botocore.exceptions.NoRegionError(),
            UsageError,
            f"region: You must specify a region. — {error_text.REGION_HINT}",
        ),
    ],
)
def test_a_failure_without_an_answer_is_told_in_one_line(
    error: Exception, kind: type[ReconcilerError], text: str
) -> None:
    told = raised("ecs:RunTask", error)
    assert type(told) is kind
    assert str(told) == text


def test_a_wrong_host_clock_is_named() -> None:
    told = answered("ecs:RunTask", "InvalidSignatureException", "Signature expired: 20261121T000000Z is now earlier")
    assert isinstance(told, CredentialsExpired)
    assert told.hint == "this host's clock is wrong: AWS takes signatures of the last five minutes only"


def test_a_page_in_place_of_an_answer_is_told_by_its_title() -> None:
    page = "<!doctype html>\n<html lang=en>\n<title>502 Bad Gateway</title>\n<h1>nginx</h1>"
    told = answered("ecs:RunTask", "502", page, status=502)
    assert (type(told), str(told)) == (OutcomeUnknown, "RunTask: an HTML page: 502 Bad Gateway (502)")


def test_an_answer_that_is_none_of_awss_may_have_taken_effect() -> None:
    told = raised("ecs:RunTask", botocore.parsers.ResponseParserError("no JSON at line 1: canary-4711"))
    assert type(told) is OutcomeUnknown
    assert str(told) == (
        "RunTask: the answer is none of AWS's: see --endpoint-url, or what stands between here and AWS "
        "(ResponseParserError)"
    )


def test_what_a_run_is_told_of_itself_stays_readable() -> None:
    told = [{"name": "RECONCILER_JOB", "value": "report"}, {"name": "DB", "value": "hunter2"}]
    members = {"overrides": {"containerOverrides": [{"name": "main", "environment": told}]}}
    assert error_text.masked("task-definition/report:1 hunter2", members) == "task-definition/report:1 ***"
