"""Settings' `notify`: what it may say, and that what is secret in it is in no message."""

import pytest

from reconciler.model.notify import Event, Notify, Topic, Webhook
from tests.manifests.conftest import Directory
from tests.manifests.test_settings import settings

ARN = "arn:aws:sns:eu-west-1:111111111111:alerts"


def test_webhooks_and_topics(jobs_d: Directory) -> None:
    text = settings(
        "region: eu-west-1",
        "notify:",
        '- webhook: {url: "${{ URL }}", format: slack}',
        "  events: [runFailed, recovered]",
        "  jobs: [nightly-*]",
        '- webhook: {url: "https://example.com/x", headers: {Authorization: "Bearer ${{ TOKEN }}"}}',
        f"- sns: {{topicArn: {ARN}, format: json}}",
    )
    variables = {"URL": "https://hooks.example.com/services/1", "TOKEN": "t"}
    assert jobs_d.load(text, variables=variables).settings.notify == (
        Notify(
            to=Webhook(url="https://hooks.example.com/services/1", format="slack"),
            events=(Event.RUN_FAILED, Event.RECOVERED),
            jobs=("nightly-*",),
        ),
        Notify(to=Webhook(url="https://example.com/x", headers={"Authorization": "Bearer t"})),
        Notify(to=Topic(arn=ARN, format="json")),
    )


def test_an_empty_url_tells_nobody(jobs_d: Directory) -> None:
    found = jobs_d.load(settings("notify:", '- webhook: {url: "${{ URL:- }}"}'))
    assert found.settings.notify == ()
    assert [str(problem) for problem in found.problems if problem.severity == "error"] == []


def test_an_environment_has_its_own(jobs_d: Directory) -> None:
    text = settings(
        "defaultEnvironment: dev",
        f"notify: [{{sns: {{topicArn: {ARN}}}}}]",
        "environments: {dev: {namePrefix: d-, notify: []}, prod: {}}",
    )
    assert jobs_d.load(text).settings.notify == ()
    assert jobs_d.load(environment="prod").settings.notify == (Notify(to=Topic(arn=ARN)),)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{}", "spec.notify[0]: one of webhook or sns is required"),
        ("{webhook: {}}", "spec.notify[0].webhook: url is required"),
        ("{webhook: {url: canary}}", "spec.notify[0].webhook.url: expected an http or https URL, got text"),
        ('{webhook: {url: "ftp://canary"}}', "spec.notify[0].webhook.url: expected an http or https URL, got text"),
        (
            '{webhook: {url: "https://x", headers: {"a b": canary}}}',
            'spec.notify[0].webhook.headers["a b"]: expected the name of a header as key',
        ),
        (
            '{webhook: {url: "https://x", format: canary}}',
            "spec.notify[0].webhook.format: expected json or slack, got text",
        ),
        (
            f'{{webhook: {{url: "https://canary"}}, sns: {{topicArn: {ARN}}}}}',
            "spec.notify[0].sns: webhook and sns exclude each other (keep one of them)",
        ),
        (
            "{sns: {topicArn: alerts}}",
            'spec.notify[0].sns.topicArn: expected the ARN of a standard SNS topic, got "alerts"',
        ),
        (
            f"{{sns: {{topicArn: {ARN}.fifo}}}}",
            "spec.notify[0].sns.topicArn: expected the ARN of a standard SNS topic, got "
            '"arn:aws:sns:eu-west-1:111111111111:alert…"',
        ),
        (
            f"{{sns: {{topicArn: {ARN.replace('eu-west-1', 'us-east-1')}}}}}",
            "spec.notify[0].sns.topicArn: the topic is in us-east-1, region is eu-west-1",
        ),
        (
            f"{{sns: {{topicArn: {ARN}}}, events: [failed]}}",
            'spec.notify[0].events[0]: expected drift, runFailed, passFailing or recovered, got "failed" (did you mean runFailed?)',
        ),
        (f"{{sns: {{topicArn: {ARN}}}, events: []}}", "spec.notify[0].events: expected at least one entry, got none"),
        (f"{{slack: {{topicArn: {ARN}}}}}", "spec.notify[0].slack: unknown key"),
    ],
)
def test_what_is_wrong_is_said_without_what_is_secret(jobs_d: Directory, entry: str, said: str) -> None:
    found = jobs_d.load(settings("region: eu-west-1", f"notify: [{entry}]"))
    messages = [str(problem) for problem in found.problems if problem.severity == "error"]
    assert said in [message.partition(" ")[2] for message in messages]
    assert not any("canary" in message for message in messages)
