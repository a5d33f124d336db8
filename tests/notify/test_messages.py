"""A notice in each of its forms."""

import json

import pytest

from reconciler.model import ABSENT, FieldChange
from reconciler.model.notify import Event
from reconciler.notify.messages import as_json, as_slack, as_text, summary
from tests.notify.notices import job, notice

CHANGES = (
    FieldChange(path="memory", before="1024", after="512"),
    FieldChange(path="tags[a<b]", before=ABSENT, after="x&y"),
)


def test_the_json_of_a_drift() -> None:
    assert json.loads(as_json(notice(job("report", "mended: memory differs", *CHANGES)))) == {
        "version": 1,
        "event": "drift",
        "owner": "team",
        "region": "eu-west-1",
        "account": "111111111111",
        "commit": "c0ffee" * 6,
        "at": "2026-11-20T09:00:00Z",
        "summary": "team: report has drifted",
        "jobs": [
            {
                "name": "report",
                "kind": "EcsJob",
                "source": "jobs.d/report.yaml:3",
                "sync": "InSync",
                "health": "NeverRan",
                "message": "mended: memory differs",
                "changes": [
                    {"path": "memory", "live": '"1024"', "desired": '"512"'},
                    {"path": "tags[a<b]", "live": "(not there)", "desired": '"x&y"'},
                ],
            }
        ],
    }


def test_slack_takes_it_and_nothing_in_it_commands_slack() -> None:
    told = json.loads(as_slack(notice(job("report", "<!channel> `now`", *CHANGES))))
    assert told == {
        "text": "*team: report has drifted*\n"
        "• `report`: &lt;!channel&gt; 'now'\n"
        '    `memory: "1024" → "512"`\n'
        '    `tags[a&lt;b]: "x&amp;y"`'
    }


def test_the_text_for_people() -> None:
    assert as_text(notice(job("report", "main exited 3"), event=Event.RUN_FAILED)) == (
        "team: a run of report has failed\n- report: main exited 3\n\n"
        "2026-11-20T09:00:00Z 111111111111 eu-west-1 c0ffeec0ffee\n"
    )


@pytest.mark.parametrize(
    ("event", "one", "two"),
    [
        (Event.DRIFT, "a has drifted", "2 jobs have drifted"),
        (Event.RUN_FAILED, "a run of a has failed", "runs of 2 jobs have failed"),
        (Event.FAILING, "a cannot be brought in line", "2 jobs cannot be brought in line"),
        (Event.RECOVERED, "a has recovered", "2 jobs have recovered"),
    ],
)
def test_one_and_several(event: Event, one: str, two: str) -> None:
    assert summary(notice(job("a", ""), event=event)) == f"team: {one}"
    assert summary(notice(job("a", ""), job("b", ""), event=event)) == f"team: {two}"


def test_what_is_about_the_loop_names_no_job() -> None:
    told = notice(event=Event.FAILING, text="no pass can be made: expired")
    assert summary(told) == "team: no pass can be made: expired"
    assert json.loads(as_json(told))["jobs"] == []


def test_however_much_has_happened_a_message_is_bounded() -> None:
    changes = (FieldChange(path="p" * 500, before="b" * 100_000, after="a" * 100_000),) * 200
    told = notice(*(job(f"job-{number}", "t" * 100_000, *changes) for number in range(500)))
    # SNS takes 256 KiB
    assert max(len(form(told).encode()) for form in (as_json, as_slack, as_text)) < 256 << 10
    assert json.loads(as_json(told))["more"] == 480
    assert as_text(told).count("\n    and 190 more\n") == 20
    assert "and 480 more jobs\n" in as_text(told)
