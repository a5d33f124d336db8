"""Webhooks and topics: what they are sent, and what becomes of their refusals."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from reconciler.aws.session import Aws
from reconciler.local import LocalAws
from reconciler.model.notify import Event, Topic, Webhook
from reconciler.notify import topic, webhook
from reconciler.notify.courier import NotSent
from reconciler.notify.topic import TopicSender
from reconciler.notify.webhook import WebhookSender
from tests.notify.notices import job, notice

TOLD = notice(job("report", "main exited 3"), event=Event.RUN_FAILED)


class Ear(HTTPServer):
    """Hears POSTs and answers as it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.code = 200
        self.heard: list[tuple[str, str, dict[str, str], Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/services/T0/B0/canary"


class _Handler(BaseHTTPRequestHandler):
    server: Ear

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.command, self.path, dict(self.headers), json.loads(body)))
        self.send_response(self.server.code)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815 - what the server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def ear() -> Iterator[Ear]:
    with Ear() as heard:
        thread = threading.Thread(target=heard.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield heard
        heard.shutdown()
        thread.join()


def refusal(webhook: Webhook, **options: float) -> tuple[str, bool]:
    with pytest.raises(NotSent) as refused:
        WebhookSender(webhook, **options)(TOLD)
    assert refused.value.__cause__ is None
    return str(refused.value), refused.value.again


def test_a_webhook_is_sent_json(ear: Ear) -> None:
    WebhookSender(Webhook(url=ear.url, headers={"Authorization": "Bearer canary-2"}))(TOLD)
    ((method, path, headers, body),) = ear.heard
    assert (method, path) == ("POST", "/services/T0/B0/canary")
    assert (headers["Content-Type"], headers["Authorization"]) == ("application/json", "Bearer canary-2")
    assert headers["User-Agent"].startswith("reconciler/")
    assert (body["event"], body["summary"]) == ("runFailed", "team: a run of report has failed")


def test_a_webhook_is_sent_what_slack_takes(ear: Ear) -> None:
    WebhookSender(Webhook(url=ear.url, format="slack"))(TOLD)
    assert ear.heard[0][3] == {"text": "*team: a run of report has failed*\n• `report`: main exited 3"}


@pytest.mark.parametrize(
    ("code", "again"), [(400, False), (403, False), (404, False), (410, False), (429, True), (500, True), (503, True)]
)
def test_a_refusal_is_tried_again_where_that_may_help(ear: Ear, code: int, again: bool) -> None:
    ear.code = code
    said, repeated = refusal(Webhook(url=ear.url))
    assert said.startswith(f"it answers {code} ")
    assert repeated is again
    assert "canary" not in said


def test_a_redirect_is_not_followed(ear: Ear) -> None:
    for ear.code in (301, 302, 307, 308):
        assert refusal(Webhook(url=ear.url))[1] is False
    assert {path for _, path, _, _ in ear.heard} == {"/services/T0/B0/canary"}


def test_nobody_there_is_tried_again() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    assert refusal(Webhook(url=f"http://127.0.0.1:{port}/canary")) == ("Connection refused", True)


def test_who_does_not_answer_in_time_is_tried_again() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/canary"
        assert refusal(Webhook(url=url), patience=0.05) == ("it does not answer in time", True)


@pytest.mark.parametrize("url", ["http://[canary", "https://", "http://127.0.0.1:canary/", "canary://x"])
def test_a_url_that_is_none_is_said_without_it(url: str) -> None:
    said, _ = refusal(Webhook(url=url))
    assert "canary" not in said


def test_no_name_and_no_repr_holds_the_url() -> None:
    secret = Webhook(url="https://hooks.example.com/services/canary", headers={"X": "canary"})
    assert webhook.name(secret) == "the webhook at hooks.example.com"
    assert "canary" not in repr(secret)


@pytest.fixture
def inbox(aws: LocalAws) -> tuple[str, Any]:
    """A topic, and the queue that hears it."""
    sns, sqs = aws.client("sns"), aws.client("sqs")
    arn = sns.create_topic(Name="alerts")["TopicArn"]
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
    return arn, lambda: json.loads(sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])


@pytest.fixture
def sender(aws: LocalAws) -> Iterator[Callable[[Topic], TopicSender]]:
    made: list[TopicSender] = []

    def make(topic: Topic) -> TopicSender:
        made.append(TopicSender(topic, lambda: Aws(environment=aws.environment, region="us-east-1")))
        return made[-1]

    yield make
    for each in made:
        each.close()


Make = Callable[[Topic], TopicSender]


def test_a_topic_is_sent_text_and_what_subscriptions_filter_by(sender: Make, inbox: Any) -> None:
    arn, receive = inbox
    sender(Topic(arn=arn))(TOLD)
    received = receive()
    assert received["Subject"] == "team: a run of report has failed"
    assert received["Message"].startswith("team: a run of report has failed\n- report: main exited 3\n")
    assert {name: each["Value"] for name, each in received["MessageAttributes"].items()} == {
        "event": "runFailed",
        "owner": "team",
    }


def test_a_topic_is_sent_json_where_that_is_wanted(sender: Make, inbox: Any) -> None:
    arn, receive = inbox
    sender(Topic(arn=arn, format="json"))(TOLD)
    assert json.loads(receive()["Message"])["event"] == "runFailed"


def test_a_topic_that_is_not_there_is_said(sender: Make) -> None:
    with pytest.raises(NotSent, match=r"^Publish: .* \(NotFound") as refused:
        sender(Topic(arn="arn:aws:sns:us-east-1:123456789012:nowhere"))(TOLD)
    assert refused.value.again is False


def test_a_topic_whose_key_is_asked_for_too_often_is_tried_again(aws: LocalAws, sender: Make) -> None:
    aws.faults.add("sns:Publish", "error", code="KMSThrottling", reason="Rate exceeded")
    with pytest.raises(NotSent, match=r"^Publish: Rate exceeded \(KMSThrottling") as refused:
        sender(Topic(arn="arn:aws:sns:us-east-1:123456789012:alerts"))(TOLD)
    assert refused.value.again is True


def test_a_topic_goes_by_its_name() -> None:
    assert topic.name(Topic(arn="arn:aws:sns:us-east-1:123456789012:alerts")) == "the topic alerts"
