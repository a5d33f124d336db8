"""What the bench prints and writes: each line once, the slopes, and who was left out and why."""

import json
import os
import stat
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.bench import table
from tests.bench.__main__ import main, measured
from tests.bench.peers.installed import NotInstallableError
from tests.bench.peers.present import present
from tests.bench.process import Cost
from tests.bench.scenarios import Measured

OURS = ["reconcile run --wait", "reconcile --once --wait, at once", "reconcile --once, at once"]


def line(size: int, cpu: float, scenario: str = "in sync, warm") -> Measured:
    return Measured(size=size, scenario=scenario, cost=Cost(cpu=cpu, wall=cpu, memory=70.0))


def test_a_slope_is_against_the_next_smaller_size_of_the_same_work() -> None:
    lines = [line(100, 0.5), line(1000, 0.6), line(1000, 9.9, "all new")]
    assert table.slope(line(10_000, 2.4), lines) == table.Slope(before=1000, times=10.0, cpu=4.0)
    assert table.slope(line(100, 0.5), lines) is None


def test_a_line_tells_what_was_spent_and_which_calls_were_made() -> None:
    cost = Cost(cpu=1.254, wall=3.0, memory=71.6, calls={"ecs:RunTask": 10, "logs:PutLogEvents": 70}, first_write=0.456)
    told = table.row(1000, "all new", cost, table.Slope(before=100, times=10.0, cpu=4.56))
    assert " ".join(told.split()) == "1,000 all new 1.25 4.6 3.00 72 0.46 80 (RunTask 10, PutLogEvents 70)"


def test_a_pass_is_measured_with_its_calls_and_its_first_write(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    main(["--sizes", "2", "--only", "all new", "--no-peers", "--json", str(tmp_path / "bench.json")])
    written = json.loads((tmp_path / "bench.json").read_text())
    (made,) = written["passes"]
    assert made["cost"]["calls"]["ecs:RegisterTaskDefinition"] == 2
    assert 0 < made["cost"]["first_write"] < made["cost"]["wall"]
    assert made["cost"]["cpu"] > 0
    assert "all new" in capsys.readouterr().out


#: Answers to what the bench calls, as far as AWS sees it; says what it was called with.
STAND_IN = """\
    #!{python} -IS
    import json, os, sys, urllib.request
    from pathlib import Path

    def call(operation, members):
        headers = {{
            "Authorization": f"AWS4-HMAC-SHA256 Credential=k/20261126/{{os.environ['AWS_REGION']}}/ecs/aws4_request",
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "AmazonEC2ContainerServiceV20141113." + operation,
        }}
        request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], json.dumps(members).encode(), headers)
        return json.load(urllib.request.urlopen(request))

    _, _, config, verb = sys.argv
    config = Path(config)
    told = json.loads(config.read_text())
    definition = json.loads((config.parent / told["task_definition"]).read_text())
    if verb == "diff":
        live = call("ListTaskDefinitions", {{"familyPrefix": definition["family"]}})["taskDefinitionArns"]
        call("DescribeTaskDefinition", {{"taskDefinition": live[-1]}})
    else:
        made = call("RegisterTaskDefinition", definition)["taskDefinition"]["taskDefinitionArn"]
    if verb == "run":
        service = json.loads((config.parent / told["service_definition"]).read_text())
        call("RunTask", {{"taskDefinition": made, "cluster": told["cluster"], **service}})
        print("Run task completed!")
    """


def test_who_cannot_be_installed_and_has_no_binary_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def none(folder: Path, name: str) -> Path:
        raise NotInstallableError(f"requirements-{name}.txt could not be installed: no network")

    monkeypatch.setattr("tests.bench.peers.present.interpreter", none)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = present(tmp_path)
    assert [launcher.name for launcher in found.launchers] == OURS
    assert list(found.absent) == [
        "Luigi ECSTask, prefect-aws worker, ecs run (ecs-deploy): "
        "requirements-launchers.txt could not be installed: no network",
        "Airflow AwsEcsExecutor: requirements-airflow.txt could not be installed: no network",
        "ecspresso: no such binary on PATH",
        "ecschedule: no such binary on PATH",
    ]
    measured([2], ["nothing of this name"], found)
    assert "not measured: ecspresso: no such binary on PATH\n" in capsys.readouterr().out


def test_a_binary_on_path_does_the_same_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    binary = tmp_path / "ecspresso"
    binary.write_text(dedent(STAND_IN).format(python=sys.executable))
    binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("tests.bench.peers.present._INSTALLED", {})
    found = present(tmp_path)
    assert [launcher.name for launcher in found.launchers] == ["ecspresso run", *OURS]
    made = measured([2], ["ecspresso"], found)
    assert {line["scenario"]: line["cost"]["calls"] for line in made["passes"]} == {
        "all new: ecspresso register": {"ecs:RegisterTaskDefinition": 2},
        "in sync: ecspresso diff": {"ecs:DescribeTaskDefinition": 2, "ecs:ListTaskDefinitions": 2},
    }
    (launched,) = made["launches"]
    assert launched["cost"]["calls"] == {"ecs:RegisterTaskDefinition": 10, "ecs:RunTask": 10}
    assert (launched["said"], launched["tasks"], launched["tasks_after_a_kill"]) == (
        "exit 0: Run task completed!",
        10,
        2,
    )
