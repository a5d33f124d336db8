"""docs/watch.md says what is so: options, metrics, log events, the settings and the notice that it shows."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from reconciler.cli.program import run
from reconciler.manifests import LoadRequest, load
from reconciler.model.notify import Event
from reconciler.notify.messages import as_json
from reconciler.web.metrics import Metrics
from tests.notify.notices import job, notice

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "watch.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def commands() -> list[list[str]]:
    """Every call of `reconcile` on the page, without its program."""
    (unit,), (recipe,) = blocks("ini"), blocks("dockerfile")
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    lines += re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    entry, defaults = (re.search(rf"^{word} (\[.*\])$", recipe, re.MULTILINE) for word in ("ENTRYPOINT", "CMD"))
    assert entry is not None
    assert defaults is not None
    lines.append(shlex.join([*json.loads(entry[1]), *json.loads(defaults[1])]))
    calls = [re.sub(r".*?reconcile (?=--)", "", line) for line in lines if "reconcile --" in line]
    return [shlex.split(call) for call in calls]


def test_every_command_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(commands()) == 5
    for command in commands():
        assert run([*command, "--help"]) == 0, command
        known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) | {"--watch"}
        assert {word for word in command if word.startswith("--")} <= known


def test_every_metric_is_in_the_table_and_no_other() -> None:
    told = re.findall(r"^# TYPE (reconciler_\w+)", Metrics().text().decode(), re.MULTILINE)
    table = PAGE.partition("### Metrics")[2].partition("and `process_*`")[0]
    assert sorted(re.findall(r"`(reconciler_\w+)`", table)) == sorted(told)
    for name in re.findall(r"reconciler_\w+", "".join(blocks("yaml"))):
        assert name in told


def test_every_event_of_the_log_is_in_the_table_and_no_other() -> None:
    source = (ROOT / "reconciler" / "cli" / "watch_log.py").read_text(encoding="utf-8")
    table = PAGE.partition("## The log")[2].partition("## As a service")[0]
    cells = re.findall(r"^\| (`[^|]*`) \|", table, re.MULTILINE)
    told = [name for cell in cells for name in re.findall(r"`([a-z-]+)`", cell)]
    assert sorted(told) == sorted(set(re.findall(r'event="([a-z-]+)"', source)))


def test_the_settings_that_it_shows_are_valid(tmp_path: Path) -> None:
    (shown,) = (block for block in blocks("yaml") if "notify:" in block)
    document = {"apiVersion": "reconciler/v1", "metadata": {"name": "team"}, **yaml.safe_load(shown)}
    (tmp_path / "settings.yaml").write_text(yaml.safe_dump(document))
    found = load(tmp_path, LoadRequest(variables={"ALERTS_TOKEN": "t"}))
    assert [str(problem) for problem in found.problems if problem.severity == "error"] == []
    assert len(found.settings.notify) == 2, "an empty URL tells nobody"
    events = PAGE.partition("| event | is told when |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", events, re.MULTILINE) == [str(event) for event in Event]


def test_the_notice_that_it_shows_has_the_members_of_one() -> None:
    (shown,) = (json.loads(block) for block in blocks("json"))
    made = json.loads(as_json(notice(job("report", "text"))))
    assert shown.keys() == made.keys()
    assert shown["jobs"][0].keys() == made["jobs"][0].keys()
