"""What a loop shows of itself: its state as JSON, its health, and the page."""

import gzip
import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

from reconciler.engine.watch_events import Invalid, PassFailed, RunsSeen, Waiting
from reconciler.model import Action, FieldChange, Health, Problem, RunState, Source, Status, Step, Sync
from tests.web.conftest import START, Served, job, passed, run, serving

UPDATE = Step(
    action=Action.UPDATE,
    kind="task-definition",
    name="report",
    job="report",
    reason="revision 2 was registered by somebody else",
    status=Status.DONE,
    changes=(
        FieldChange(path="memory", before="512", after="1024", source=Source(file="report.yaml", line=7)),
        FieldChange(path="containerDefinitions[main].environment[TZ].value", before="canary-1", after="canary-2"),
    ),
)


def words(page: str) -> str:
    """Answer what a page says, without its style and script."""
    body = re.sub(r"<(style|script)>.*?</\1>", " ", page, flags=re.DOTALL)
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", body).split()))


def test_before_the_first_pass_it_is_alive_and_not_ready(served: Served) -> None:
    assert (served.get("/healthz").code, served.get("/healthz").text) == (200, "alive\n")
    assert (served.get("/readyz").code, served.get("/readyz").text) == (503, "no pass can be made\n")
    assert "no pass yet" in words(served.get("/").text)
    assert json.loads(served.get("/status.json").text)["report"] is None


def test_it_is_ready_while_passes_can_be_made(served: Served) -> None:
    served.tell(passed(1, job("report")))
    assert served.get("/readyz").code == 200
    served.tell(PassFailed(error="the credentials have expired", retried_in=1))
    assert served.get("/readyz").code == 503
    assert "no pass can be made" in words(served.get("/").text)
    assert json.loads(served.get("/status.json").text)["failure"] == "the credentials have expired"
    served.tell(passed(2, job("report")))
    assert served.get("/readyz").code == 200


def test_a_loop_that_goes_round_no_more_is_not_healthy(served: Served) -> None:
    served.tell(passed(1, job("report")))
    served.now[0] += timedelta(minutes=14)
    assert served.get("/healthz").code == 200
    served.now[0] += timedelta(minutes=2)
    assert (served.get("/healthz").code, served.get("/healthz").text) == (503, "the loop is stuck\n")
    served.tell(PassFailed(error="again", retried_in=1))
    assert served.get("/healthz").code == 200


def test_the_state_is_the_report_of_the_last_pass_and_what_was_done_lately(served: Served) -> None:
    served.tell(passed(1, job("report"), done=(UPDATE,), commit="c0ffee"), RunsSeen(runs=(run("report"),)))
    told = json.loads(served.get("/status.json").text)
    assert {key: told[key] for key in ("version", "ready", "passes", "commit", "lastPass", "failure", "problems")} == {
        "version": 1,
        "ready": True,
        "passes": 1,
        "commit": "c0ffee",
        "lastPass": "2026-11-20T09:00:00Z",
        "failure": "",
        "problems": [],
    }
    assert [each["name"] for each in told["report"]["jobs"]] == ["report"]
    assert [each["state"] for each in told["report"]["runs"]] == ["Succeeded"]
    (step,) = told["recent"]
    assert (step["at"], step["action"], step["changes"][0]["live"]) == ("2026-11-20T09:00:00Z", "update", "512")


def test_hidden_values_are_shown_nowhere(served: Served) -> None:
    drifted = job("report", sync=Sync.DRIFTED, changes=UPDATE.changes, message="--token canary-3 is wrong")
    served.tell(
        passed(1, drifted, done=(UPDATE,), report_problems=(Problem(message="API_KEY=canary-4"),)),
        RunsSeen(runs=(run("report", state=RunState.FAILED, reason="password=canary-5"),)),
        PassFailed(error="https://user:canary-6@host", retried_in=1),
    )
    for path in ("/", "/status.json", "/metrics"):
        assert "canary" not in served.get(path).text
    assert "*** (before)" in served.get("/").text


def test_what_is_written_by_others_stays_text(served: Served) -> None:
    evil = '<img src=x onerror="alert(1)">'
    change = FieldChange(path=evil, before=evil, after=evil, source=Source(file=evil, line=1))
    reported = job(evil, sync=Sync.DRIFTED, health=Health.FAILED, changes=(change,), message=evil)
    told = replace(run(evil, state=RunState.FAILED, reason=evil), ids=(f"task/{evil}",))
    step = replace(UPDATE, name=evil, job=evil, reason=evil, changes=(change,), error=evil, status=Status.FAILED)
    served.tell(
        passed(1, reported, steps=(step,), done=(step,), report_problems=(Problem(message=evil),)),
        RunsSeen(runs=(told,)),
        PassFailed(error=evil, retried_in=1),
    )
    page = served.get("/").text
    assert "<img" not in page
    assert page.count("&lt;img") > 10
    assert "script-src 'sha256-" in page


def test_drift_is_shown_field_by_field_with_the_line_that_declares_it(served: Served) -> None:
    served.tell(passed(1, job("report", sync=Sync.DRIFTED, changes=UPDATE.changes), job("other")))
    text = words(served.get("/").text)
    assert "1 of 2 jobs not in sync" in text
    assert 'memory "512" "1024" report.yaml:7' in text


def test_drift_that_was_mended_stays_to_be_seen(served: Served) -> None:
    served.tell(passed(1, job("report"), done=(UPDATE,)), passed(2, job("report")))
    text = words(served.get("/").text)
    assert "updated 2026-11-20 09:00Z : revision 2 was registered by somebody else" in text
    assert 'memory "512" "1024"' in text


def test_runs_have_a_bar_each_and_the_newest_are_listed(served: Served) -> None:
    served.now[0] = START + timedelta(minutes=30)
    runs = tuple(run("report", minute=minute) for minute in range(15, -1, -1))
    served.tell(passed(1, job("report", health=Health.SUCCEEDED)), RunsSeen(runs=runs))
    page = served.get("/").text
    assert page.count('class="bar good"') == 16
    assert page.count('class="logs"') == 10
    assert "6 more; `reconcile runs report` lists them" in words(page)
    assert "16 runs lately, the last Succeeded, after 30s" in page


def test_a_job_that_could_not_be_mended_says_why(served: Served) -> None:
    step = replace(UPDATE, status=Status.FAILED, error="RegisterTaskDefinition: no (ClientException)")
    served.tell(passed(1, job("report", sync=Sync.DRIFTED, changes=UPDATE.changes), steps=(step,)))
    assert "RegisterTaskDefinition: no (ClientException)" in words(served.get("/").text)


def test_a_directory_of_which_nothing_is_valid_is_told(served: Served) -> None:
    served.tell(Invalid(problems=(Problem(message="unknown key"),), kept=(), known=False))
    assert "unknown key" in words(served.get("/").text)
    served.now[0] += timedelta(hours=1)
    assert served.get("/healthz").code == 503
    served.tell(Waiting())
    assert (served.get("/healthz").code, served.get("/readyz").code) == (200, 503)
    assert json.loads(served.get("/status.json").text)["problems"][0]["message"] == "unknown key"


def test_an_unchanged_page_is_not_sent_again(served: Served) -> None:
    served.tell(passed(1, job("report")))
    first = served.get("/").headers
    served.now[0] += timedelta(seconds=30)
    served.tell(passed(2, job("report")))
    again = served.get("/", If_None_Match=first["etag"])
    assert (again.code, again.text) == (304, "")
    assert (first["last-pass"], again.headers["last-pass"]) == ("2026-11-20T09:00:00Z", "2026-11-20T09:00:30Z")
    served.tell(passed(3, job("report", sync=Sync.DRIFTED)))
    assert served.get("/", If_None_Match=first["etag"]).code == 200


def test_the_page_of_a_loop_that_was_started_anew_is_another(served: Served) -> None:
    served.tell(passed(1, job("report")))
    before = served.get("/").headers["etag"]
    with serving(start=START + timedelta(seconds=5)) as anew:
        anew.tell(passed(1, job("renamed")))
        assert "renamed" in anew.get("/", If_None_Match=before).text


def test_a_long_page_is_sent_packed_to_who_takes_that(served: Served) -> None:
    served.tell(passed(1, *(job(f"job-{number}") for number in range(200))))
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    packed, plain = served.say(head, text=False), served.get("/")
    assert gzip.decompress(packed.body).decode() == plain.text
    assert len(packed.body) * 10 < len(plain.text)
    assert packed.headers["etag"] == plain.headers["etag"]


def test_a_run_that_goes_on_makes_the_page_grow(served: Served) -> None:
    served.tell(passed(1, job("report")), RunsSeen(runs=(run("report", state=RunState.RUNNING),)))
    first = served.get("/").headers["etag"]
    assert served.get("/", If_None_Match=first).code == 304
    served.now[0] += timedelta(seconds=10)
    assert served.get("/", If_None_Match=first).code == 200
