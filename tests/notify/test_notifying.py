"""A loop that tells: by the settings of the moment, to each what it wants, and never the address in its log."""

import signal
from pathlib import Path

from reconciler.cli.notifying import _wanted
from reconciler.local import LocalAws
from reconciler.model.notify import Event, Notify, Webhook
from tests.cli.test_watch import PASS, directory, watching
from tests.notify.notices import job, notice
from tests.notify.test_targets import Ear, ear
from tests.web.test_browser import meddle

__all__ = ["directory", "ear"]

HOOK = """\
  notify:
    - webhook: {url: "${{ HOOK }}"}
      events: [drift, passFailing]
"""


def test_a_target_is_told_what_it_wants() -> None:
    told = notice(job("nightly-a", ""), job("other", ""))
    to = Webhook(url="https://example.com")
    assert _wanted(Notify(to=to), told) is told
    assert _wanted(Notify(to=to, events=(Event.RECOVERED,)), told) is None
    assert _wanted(Notify(to=to, jobs=("x",)), told) is None
    narrowed = _wanted(Notify(to=to, jobs=("nightly-*",)), told)
    assert narrowed is not None
    assert [news.job.name for news in narrowed.jobs] == ["nightly-a"]
    whole = notice(event=Event.FAILING, text="no pass can be made")
    assert _wanted(Notify(to=to, jobs=("x",)), whole) is whole


def test_a_loop_tells_of_drift_once_and_keeps_the_address_to_itself(aws: LocalAws, directory: Path, ear: Ear) -> None:
    settings = directory / "settings.yaml"
    settings.write_text(settings.read_text() + HOOK)
    with watching(aws, directory, "--interval", "3600", "-vv", HOOK=ear.url) as loop:
        loop.hear(PASS)
        meddle(aws)
        loop.process.send_signal(signal.SIGHUP)
        loop.hear("updated task-definition hello")
        # as it was when it was broken: the settings that were valid last say who is told
        settings.write_text(settings.read_text().replace("spec:", "spec: ["))
        loop.hear("ERROR")
        assert loop.end() == 0
    assert [(body["event"], body["jobs"][0]["name"] if body["jobs"] else "") for *_, body in ear.heard] == [
        ("drift", "hello"),
        ("passFailing", ""),
    ]
    assert ear.heard[0][3]["jobs"][0]["changes"] == [{"path": "memory", "live": '"1024"', "desired": '"512"'}]
    assert not any("/services/" in line for line in loop.lines)


def test_a_target_that_refuses_is_said_and_delays_nothing(aws: LocalAws, directory: Path, ear: Ear) -> None:
    settings = directory / "settings.yaml"
    settings.write_text(settings.read_text() + HOOK)
    ear.code = 403
    with watching(aws, directory, "--interval", "3600", HOOK=ear.url) as loop:
        loop.hear(PASS)
        meddle(aws)
        loop.process.send_signal(signal.SIGHUP)
        said = loop.hear("was not told")
        assert "the webhook at 127.0.0.1 was not told that team: hello has drifted (it answers 403 Forbidden)" in said
        assert loop.end() == 0
