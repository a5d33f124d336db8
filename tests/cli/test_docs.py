"""What the pages say is so."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.cli.document import PAGE, documented
from tests.cli.command_line import Reconcile

CI = PAGE.with_name("ci.md")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", CI.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def commands(value: Any) -> list[str]:
    """Every line of a script that calls reconcile, anywhere in a workflow."""
    if isinstance(value, dict):
        return [command for each in value.values() for command in commands(each)]
    if isinstance(value, list):
        return [command for each in value for command in commands(each)]
    return [line.strip() for line in str(value).splitlines() if line.strip().startswith("reconcile ")]


GITHUB, GITLAB = (yaml.safe_load(block) for block in blocks("yaml"))
BY_HAND = [line for line in "".join(blocks("sh")).splitlines() if line]


def test_the_reference_is_what_the_commands_say() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert documented(page) == page, "run python -m reconciler.cli.document"


def test_both_pipelines_validate_plan_apply_and_look_for_drift() -> None:
    for pipeline in (GITHUB, GITLAB):
        verbs = [shlex.split(command)[1] for command in commands(pipeline)]
        assert verbs == ["validate", "plan", "--once", "drift"]


@pytest.mark.parametrize("pipeline", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_the_pipelines_run_as_they_stand(jobs: Path, reconcile: Reconcile, pipeline: Any) -> None:
    for command in commands(pipeline):
        arguments = shlex.split(command)[1:]
        local = [] if arguments[0] == "validate" else ["--local"]
        assert reconcile(*arguments, *local).code == 0, command
        for file in re.findall(r"--report \w+=(\S+)", command):
            assert Path(file).stat().st_size > 0


def test_the_saved_plan_by_hand_runs_as_it_stands(jobs: Path, reconcile: Reconcile) -> None:
    for command in BY_HAND:
        arguments = shlex.split(command)[1:]
        local = [] if arguments[0] == "show" else ["--local"]
        assert reconcile(*arguments, *local).code == 0, command


def test_the_comment_is_found_by_its_first_line(jobs: Path, reconcile: Reconcile) -> None:
    reconcile("plan", "--local", "--report", "markdown=plan.md")
    assert Path("plan.md").read_text().splitlines()[0] == "<!-- reconciler:plan:team -->"
