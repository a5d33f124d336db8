"""EventBridge: state changes of ECS tasks and Batch jobs, rules, patterns and targets.

Sources are named with each test: "guide" is the EventBridge user guide, "botocore" the documentation in its `events`
service model. moto's ECS and Batch emit nothing. Where nothing public proves a behaviour or a text, the test's name
says `assumed`.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconciler.local import LocalAws

from .conformance import service_role

QUEUE = "arn:aws:sqs:us-east-1:123456789012:inbox"
NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]


@pytest.fixture
def events(aws: LocalAws) -> Any:
    return aws.client("events")


@pytest.fixture
def inbox(aws: LocalAws) -> Any:
    """What has come into the queue `inbox` since the last look, as JSON."""
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]

    def bodies() -> Any:
        found = []
        while answer := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in answer:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found

    return bodies


def rule(events: Any, pattern: Any, name: Any = "changes", *, target: Any = None, **members: Any) -> Any:
    events.put_rule(Name=name, EventPattern=json.dumps(pattern), **members)
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": QUEUE} | (target or {})])


def tell(events: Any, detail: Any, source: Any = "mine", **members: Any) -> Any:
    entry = {"Source": source, "DetailType": "Thing", "Detail": json.dumps(detail)} | members
    return events.put_events(Entries=[entry])


def refusal(call: Any, code: Any = "ValidationException", **members: Any) -> Any:
    with pytest.raises(ClientError) as refused:
        call(**members)
    assert refused.value.response["Error"]["Code"] == code
    return refused.value.response["Error"]["Message"]


# -- state changes -----------------------------------------------------------------------------------------------------


def submit(aws: LocalAws, outcome: Any = "exit 0 after 10s") -> Any:
    batch = aws.client("batch")
    batch.create_compute_environment(computeEnvironmentName="machines", type="UNMANAGED", **service_role(aws))
    order = [{"order": 1, "computeEnvironment": "machines"}]
    batch.create_job_queue(jobQueueName="jobs", state="ENABLED", priority=1, computeEnvironmentOrder=order)
    container = {"image": "i:1", "resourceRequirements": NEEDS}
    batch.register_job_definition(jobDefinitionName="work", type="container", containerProperties=container)
    variables = [{"name": "LOCAL_OUTCOME", "value": outcome}]
    return batch.submit_job(
        jobName="nightly", jobQueue="jobs", jobDefinition="work", containerOverrides={"environment": variables}
    )["jobId"]


@pytest.mark.gap(16)
def test_every_state_of_a_batch_job_is_told(aws: LocalAws, events: Any, inbox: Any) -> None:
    """Batch user guide, "AWS Batch events": "Batch Job State Change", the detail is what DescribeJobs answers."""
    rule(events, {"source": ["aws.batch"], "detail-type": ["Batch Job State Change"]})
    job_id = submit(aws, "exit 3 after 10s")
    aws.advance(60)
    told = inbox()
    states = [event["detail"]["status"] for event in told]
    assert states == ["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "FAILED"]
    last = told[-1]
    arn = f"arn:aws:batch:us-east-1:123456789012:job/{job_id}"
    envelope = {name: last[name] for name in ("version", "account", "region", "time", "resources")}
    assert envelope == {
        "version": "0",
        "account": "123456789012",
        "region": "us-east-1",
        "time": "2026-01-01T00:00:16Z",
        "resources": [arn],
    }
    assert (last["detail"]["jobArn"], last["detail"]["container"]["exitCode"]) == (arn, 3)
    assert len({event["id"] for event in told}) == len(told)


@pytest.mark.gap(16)
def test_the_states_of_an_ecs_task_are_told(aws: LocalAws, events: Any, inbox: Any) -> None:
    """ECS developer guide, "Amazon ECS task state change events"."""
    rule(events, {"source": ["aws.ecs"], "detail-type": ["ECS Task State Change"]})
    ecs = aws.client("ecs")
    ecs.register_task_definition(
        family="work",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "main", "image": "i:1"}],
    )
    subnet = aws.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    network = {"awsvpcConfiguration": {"subnets": [subnet]}}
    (task,) = ecs.run_task(taskDefinition="work", launchType="FARGATE", networkConfiguration=network)["tasks"]
    aws.advance(600)
    told = inbox()
    assert {event["detail"]["taskArn"] for event in told} == {task["taskArn"]}
    states = [event["detail"]["lastStatus"] for event in told]
    assert states[0] == "PROVISIONING"
    assert "RUNNING" in states
    assert states[-1] == "STOPPED"
    assert told[-1]["detail"]["containers"][0]["exitCode"] == 0


@pytest.mark.gap(16)
def test_a_rule_hears_only_what_its_pattern_wants(aws: LocalAws, events: Any, inbox: Any) -> None:
    """guide "Event patterns"."""
    rule(events, {"source": ["aws.batch"], "detail": {"status": ["SUCCEEDED", "FAILED"]}})
    submit(aws)
    aws.advance(60)
    assert [event["detail"]["status"] for event in inbox()] == ["SUCCEEDED"]


def test_a_disabled_or_deleted_rule_hears_nothing(aws: LocalAws, events: Any, inbox: Any) -> None:
    """botocore PutRule.State: "EventBridge does not match any events against the rule"."""
    rule(events, {"source": ["mine"]}, State="DISABLED")
    tell(events, {"n": 1})
    events.enable_rule(Name="changes")
    tell(events, {"n": 2})
    events.disable_rule(Name="changes")
    tell(events, {"n": 3})
    assert [event["detail"] for event in inbox()] == [{"n": 2}]


# -- patterns ----------------------------------------------------------------------------------------------------------

EVENT = {
    "source": "aws.batch",
    "detail": {"status": "FAILED", "name": "night-1", "code": 3, "tags": ["a", "b"], "ok": False, "gone": None},
}


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ({"source": ["aws.batch"]}, True),
        ({"source": ["aws.ecs", "aws.batch"]}, True),
        ({"source": ["aws.ecs"]}, False),
        ({"source": ["aws.batch"], "detail": {"status": ["SUCCEEDED"]}}, False),
        ({"detail": {"name": [{"prefix": "night-"}]}}, True),
        ({"detail": {"name": [{"prefix": {"equals-ignore-case": "NIGHT"}}]}}, True),
        ({"detail": {"name": [{"suffix": "-2"}]}}, False),
        ({"detail": {"name": [{"wildcard": "n*t-?"}]}}, False),
        ({"detail": {"name": [{"wildcard": "n*t-*"}]}}, True),
        ({"detail": {"name": [{"equals-ignore-case": "NIGHT-1"}]}}, True),
        ({"detail": {"name": [{"exists": True}], "other": [{"exists": False}]}}, True),
        ({"detail": {"name": [{"exists": False}]}}, False),
        ({"detail": {"code": [3]}}, True),
        ({"detail": {"code": ["3"]}}, False),
        ({"detail": {"code": [{"numeric": [">", 2, "<=", 3]}]}}, True),
        ({"detail": {"code": [{"numeric": [">", 3]}]}}, False),
        ({"detail": {"ok": [False]}}, True),
        ({"detail": {"code": [False]}}, False),
        ({"detail": {"gone": [None]}}, True),
        ({"detail": {"tags": ["b"]}}, True),
        ({"detail": {"status": [{"anything-but": ["SUCCEEDED", "RUNNING"]}]}}, True),
        ({"detail": {"status": [{"anything-but": {"prefix": "F"}}]}}, False),
        ({"$or": [{"source": ["x"]}, {"detail": {"code": [3]}}]}, True),
        ({"nothing": {"here": [1]}}, False),
    ],
)
def test_a_pattern_matches_as_the_guide_says(events: Any, pattern: Any, matches: Any) -> None:
    """guide "Comparison operators for use in event patterns"."""
    answer = events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(EVENT))
    assert answer["Result"] is matches


@pytest.mark.parametrize(
    "pattern",
    ["{", "[]", "{}", '{"source": "x"}', '{"source": []}', '{"a": [{"like": "x"}]}', '{"a": [{"numeric": ["~", 1]}]}'],
)
def test_a_bad_pattern_is_refused(events: Any, pattern: Any) -> None:
    """botocore PutRule: InvalidEventPatternException."""
    message = refusal(events.put_rule, "InvalidEventPatternException", Name="bad", EventPattern=pattern)
    assert message.startswith("Event pattern is not valid. Reason: ")


# -- rules and targets -------------------------------------------------------------------------------------------------


def test_a_rule_is_replaced_whole_and_keeps_its_targets(events: Any) -> None:
    """botocore PutRule: "If you omit arguments …, the old values for those arguments are not kept"."""
    rule(events, {"source": ["a"]}, Description="old", State="DISABLED")
    events.put_rule(Name="changes", EventPattern='{"source": ["b"]}')
    seen = {name: value for name, value in events.describe_rule(Name="changes").items() if name != "ResponseMetadata"}
    assert seen == {
        "Name": "changes",
        "Arn": "arn:aws:events:us-east-1:123456789012:rule/changes",
        "EventBusName": "default",
        "State": "ENABLED",
        "EventPattern": '{"source": ["b"]}',
    }
    assert [target["Id"] for target in events.list_targets_by_rule(Rule="changes")["Targets"]] == ["queue"]


def test_rules_are_found_by_prefix_and_by_target(events: Any) -> None:
    """botocore ListRules, ListRuleNamesByTarget."""
    for name in ("night-1", "night-2", "day"):
        rule(events, {"source": ["a"]}, name)
    assert [found["Name"] for found in events.list_rules(NamePrefix="night")["Rules"]] == ["night-1", "night-2"]
    first = events.list_rule_names_by_target(TargetArn=QUEUE, Limit=2)
    second = events.list_rule_names_by_target(TargetArn=QUEUE, NextToken=first["NextToken"])
    assert first["RuleNames"] + second["RuleNames"] == ["day", "night-1", "night-2"]
    assert events.list_rule_names_by_target(TargetArn=QUEUE + "x")["RuleNames"] == []


def test_a_rule_goes_when_its_targets_are_gone(events: Any) -> None:
    """botocore DeleteRule: "Before you can delete the rule, you must remove all targets"."""
    rule(events, {"source": ["a"]})
    assert refusal(events.delete_rule, Name="changes") == "Rule can't be deleted since it has targets."
    assert events.remove_targets(Rule="changes", Ids=["queue", "none"])["FailedEntryCount"] == 1
    events.delete_rule(Name="changes")
    events.delete_rule(Name="changes")
    refusal(events.describe_rule, "ResourceNotFoundException", Name="changes")


@pytest.mark.gap(12)
@pytest.mark.parametrize(
    "members",
    [
        {"ScheduleExpression": "at(2026-02-01T00:00:00)"},
        {"ScheduleExpression": "rate(1 minutes)"},
        {"ScheduleExpression": "rate(2 minute)"},
        {"ScheduleExpression": "cron(0 10 * * *)"},
        {"EventPattern": '{"source": ["a"]}', "State": "PAUSED"},
    ],
)
def test_a_rule_beyond_what_is_documented_is_refused(events: Any, members: Any) -> None:
    """botocore PutRule; stackshy/cloudemu #1120 on `rate(1 minutes)`. moto takes any expression."""
    refusal(events.put_rule, Name="bad", **members)


def test_a_rule_needs_a_pattern_or_a_schedule(events: Any) -> None:
    """botocore PutRule."""
    assert refusal(events.put_rule, Name="bad").startswith("Parameter(s) EventPattern or ScheduleExpression must be")


def test_targets_are_checked(events: Any) -> None:
    """guide: five targets a rule; ECS and Batch targets need their parameters."""
    events.put_rule(Name="changes", EventPattern='{"source": ["a"]}')

    def put(*targets: Any) -> Any:
        events.put_targets(Rule="changes", Targets=list(targets))

    cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/default"
    for bad in ({"Arn": "nowhere"}, {"Arn": cluster}, {"Arn": QUEUE, "Input": "{"}):
        with pytest.raises(ClientError, match="ValidationException"):
            put({"Id": "t"} | bad)
    with pytest.raises(ClientError, match="LimitExceededException"):
        put(*({"Id": f"t-{number}", "Arn": QUEUE} for number in range(6)))


def test_a_target_may_be_given_a_part_of_the_event(aws: LocalAws, events: Any, inbox: Any) -> None:
    """guide "Input transformation": Input, InputPath, InputTransformer."""
    template = {"InputPathsMap": {"state": "$.detail.state"}, "InputTemplate": '{"state": "<state>", "by": "<rule>"}'}
    rule(events, {"source": ["mine"]}, "input", target={"Input": '{"fixed": 1}'})
    rule(events, {"source": ["mine"]}, "path", target={"InputPath": "$.detail"})
    rule(events, {"source": ["mine"]}, "template", target={"InputTransformer": template})
    tell(events, {"state": "done"})
    found = sorted(inbox(), key=lambda body: (len(body), "state" in body))
    assert found == [{"fixed": 1}, {"state": "done"}, {"state": "done", "by": "<rule>"}]


def writers(*rules: str, group: str = "/changes") -> str:
    """The policy that lets rules write into a group, as the guide's "CloudWatch Logs permissions" has it."""
    account, region = "123456789012", "us-east-1"
    sources = [f"arn:aws:events:{region}:{account}:rule/{name}" for name in rules]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"arn:aws:logs:{region}:{account}:log-group:{group}:*",
        "Condition": {"ArnEquals": {"aws:SourceArn": sources}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_events_reach_a_log_group_whose_policy_lets_the_rule_write(aws: LocalAws, events: Any, inbox: Any) -> None:
    """guide "Event bus targets": CloudWatch log groups; "CloudWatch Logs permissions". The name is free (CDK, re:Post);
    only the console lists no others than `/aws/events/`."""
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/changes")
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/changes"
    target = {"Arn": arn, "DeadLetterConfig": {"Arn": QUEUE}}
    rule(events, {"source": [{"prefix": "mi"}]}, target=target)
    rule(events, {"source": ["mine"]}, "other", target=target)
    logs.put_resource_policy(policyName="changes", policyDocument=writers("changes"))
    tell(events, {"n": 1})
    (event,) = logs.filter_log_events(logGroupName="/changes")["events"]
    assert json.loads(event["message"])["detail"] == {"n": 1}
    assert [body["detail"] for body in inbox()] == [{"n": 1}], "the other rule's is refused"
    logs.delete_resource_policy(policyName="changes")
    tell(events, {"n": 2})
    assert [body["detail"] for body in inbox()] == [{"n": 2}] * 2
    assert len(logs.filter_log_events(logGroupName="/changes")["events"]) == 1


@pytest.mark.parametrize(
    "member", [{"Resource": None}, {"Action": [1]}, {"Condition": {"ArnEquals": "all"}}, {"Principal": "*"}]
)
def test_a_resource_policy_that_cannot_be_read_is_refused(aws: LocalAws, member: Mapping[str, Any]) -> None:
    (statement,) = json.loads(writers("changes"))["Statement"]
    told = {name: value for name, value in {**statement, **member}.items() if value is not None}
    put = aws.client("logs").put_resource_policy
    refusal(put, "InvalidParameterException", policyName="changes", policyDocument=json.dumps({"Statement": [told]}))


def test_an_account_has_ten_resource_policies(aws: LocalAws) -> None:
    """botocore: PutResourcePolicy, policy limits."""
    logs = aws.client("logs")
    for number in range(10):
        logs.put_resource_policy(policyName=f"policy-{number}", policyDocument=writers("changes"))
    logs.put_resource_policy(policyName="policy-9", policyDocument=writers("other"))
    found = logs.describe_resource_policies()["resourcePolicies"]
    assert [each["policyName"] for each in found] == [f"policy-{number}" for number in range(10)]
    assert found[-1]["policyDocument"] == writers("other")
    refusal(logs.put_resource_policy, "LimitExceededException", policyName="more", policyDocument=writers("changes"))
    refusal(logs.put_resource_policy, "InvalidParameterException", policyName="policy-1", policyDocument="{}")
    refusal(logs.delete_resource_policy, "ResourceNotFoundException", policyName="more")


def test_the_events_of_a_job_carry_its_tags_assumed(aws: LocalAws, events: Any, inbox: Any) -> None:
    """Batch user guide: "detail resembles the JobDetail object", which has tags; no published event shows one. Were it
    false, nothing would be kept of Batch jobs, and a run that nobody saw end would be Unknown after seven days."""
    rule(events, {"source": ["aws.batch"], "detail": {"tags": {"team": ["data"]}, "status": ["FAILED", "SUCCEEDED"]}})
    submit(aws)
    job = {"jobName": "tagged", "jobQueue": "jobs", "jobDefinition": "work"}
    for team in ("data", "other"):
        aws.client("batch").submit_job(**job, tags={"team": team})
    aws.advance(3600)
    assert [body["detail"]["tags"] for body in inbox()] == [{"team": "data"}]


def test_an_event_may_start_a_batch_job(aws: LocalAws, events: Any) -> None:
    """guide "Event bus targets": Batch job queues, with BatchParameters."""
    submit(aws)
    aws.advance(60)
    target = {
        "Arn": "arn:aws:batch:us-east-1:123456789012:job-queue/jobs",
        "BatchParameters": {"JobDefinition": "work", "JobName": "by-rule"},
    }
    rule(events, {"source": ["mine"]}, target=target)
    tell(events, {"n": 1})
    filters = [{"name": "JOB_NAME", "values": ["by-rule"]}]
    assert len(aws.client("batch").list_jobs(jobQueue="jobs", filters=filters)["jobSummaryList"]) == 1


def test_a_rule_with_a_schedule_fires(aws: LocalAws, events: Any, inbox: Any) -> None:
    """guide "Creating a rule that runs on a schedule": in UTC, "Scheduled Event" of aws.events."""
    events.put_rule(Name="hourly", ScheduleExpression="cron(0 * * * ? *)")
    events.put_targets(Rule="hourly", Targets=[{"Id": "queue", "Arn": QUEUE}])
    aws.advance(2 * 3600)
    events.disable_rule(Name="hourly")
    aws.advance(3600)
    told = inbox()
    assert [(event["time"], event["source"], event["detail-type"]) for event in told] == [
        ("2026-01-01T01:00:00Z", "aws.events", "Scheduled Event"),
        ("2026-01-01T02:00:00Z", "aws.events", "Scheduled Event"),
    ]


def test_what_a_target_refuses_goes_to_its_dead_letter_queue(aws: LocalAws, events: Any, inbox: Any) -> None:
    """guide "Using dead-letter queues"; that it goes there without other attempts is of the embedded AWS's choosing."""
    target = {"Arn": QUEUE.replace("inbox", "none"), "DeadLetterConfig": {"Arn": QUEUE}}
    rule(events, {"source": ["mine"]}, target=target)
    tell(events, {"n": 1})
    assert [event["detail"] for event in inbox()] == [{"n": 1}]


# -- PutEvents and tags ------------------------------------------------------------------------------------------------


@pytest.mark.gap(16)
def test_sources_of_aws_and_incomplete_events_are_refused_one_by_one(events: Any) -> None:
    """botocore PutEvents: failed entries in an answer that is 200. moto takes `aws.` sources."""
    answer = events.put_events(
        Entries=[
            {"Source": "aws.ecs", "DetailType": "x", "Detail": "{}"},
            {"Source": "mine", "DetailType": "x", "Detail": "{}"},
            {"Source": "mine", "DetailType": "x"},
            {"Source": "mine", "DetailType": "x", "Detail": "{"},
        ]
    )
    assert answer["FailedEntryCount"] == 3
    codes = [entry.get("ErrorCode") for entry in answer["Entries"]]
    assert codes == ["NotAuthorizedForSourceException", None, "InvalidArgument", "MalformedDetail"]


def test_another_bus_is_not_found(events: Any) -> None:
    """botocore: ResourceNotFoundException; only the default bus is there."""
    refusal(events.list_rules, "ResourceNotFoundException", EventBusName="other")


@pytest.mark.gap(15)
def test_rules_have_tags_which_the_tagging_api_sees(aws: LocalAws, events: Any) -> None:
    """botocore TagResource. moto's tagging API knows no rules."""
    arn = events.put_rule(Name="r", EventPattern='{"source": ["a"]}', Tags=[{"Key": "a", "Value": "1"}])["RuleArn"]
    events.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
    events.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    index = aws.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["events:rule"])
    assert [found["ResourceARN"] for found in index["ResourceTagMappingList"]] == [arn]
