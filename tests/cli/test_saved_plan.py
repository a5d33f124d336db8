"""A plan that was reviewed is applied as it was, or refused with what moved on AWS since."""

import json
from pathlib import Path

import pytest

from reconciler.cli.parameters import FORMATS
from tests.cli.command_line import HELLO, Reconcile
from tests.cli.test_import import clients
from tests.cli.test_pass import edit_live


def revisions() -> list[int]:
    with clients() as client:
        arns = client("ecs").list_task_definitions(familyPrefix="hello")["taskDefinitionArns"]
    return sorted(int(arn.rpartition(":")[2]) for arn in arns)


def test_exactly_what_was_reviewed_is_applied(jobs: Path, reconcile: Reconcile) -> None:
    assert reconcile("--once", "--local", "--wait").code == 0
    (jobs / "hello.yaml").write_text(HELLO.replace("hello:1", "hello:2").replace("  once: {}\n", ""))
    planned = reconcile("plan", "--local", "--out", "plan.json", "--format", "json")
    applied = reconcile("--once", "--local", "--plan", "plan.json", "--format", "json")
    assert applied.code == 0
    intended = [(step["action"], step["name"]) for step in json.loads(planned.out)["steps"]]
    assert intended == [("update", "hello")]
    assert [(step["action"], step["name"]) for step in json.loads(applied.out)["steps"]] == intended
    assert revisions() == [1, 2]
    assert reconcile("drift", "--local").code == 0


def test_a_plan_is_refused_when_aws_moved_and_says_what_did(jobs: Path, reconcile: Reconcile) -> None:
    assert reconcile("--once", "--local", "--wait").code == 0
    edit_live("example/hello:7")
    assert reconcile("plan", "--local", "--out", "plan.json").code == 0
    edit_live("example/hello:8")
    refused = reconcile("--once", "--local", "--plan", "plan.json")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == (
        "reconcile: the plan is out of date; nothing was written\n"
        "  not in the plan: delete task-definition hello:2 (job hello)\n"
        "  changed: update task-definition hello (job hello)\n"
        "  changed: delete task-definition hello:1 (job hello) — plan again\n"
    )
    assert revisions() == [1, 2, 3]


@pytest.mark.parametrize("form", FORMATS)
def test_a_saved_plan_is_shown_as_it_was_in_every_format(jobs: Path, reconcile: Reconcile, form: str) -> None:
    settings = jobs / "settings.yaml"
    settings.write_text(f"{settings.read_text()}  showValuesOf: [GREETING]\n")
    assert reconcile("--once", "--local", "--wait").code == 0
    manifest = HELLO.replace("[echo, hello]", "[echo, welcome]").replace("canary-4711", "good-day")
    (jobs / "hello.yaml").write_text(manifest)
    report = ["--format", form, "--report", "json=out.json"]
    planned = reconcile("plan", "--local", "--out", "plan.json", *report)
    assert "welcome" in planned.out
    assert "good-day" in planned.out
    for file in ("plan.json", "out.json"):
        assert reconcile("show", file, "--format", form).out == planned.out


def test_a_report_that_was_written_with_its_values_is_masked_until_they_are_asked_for(
    jobs: Path, reconcile: Reconcile
) -> None:
    assert reconcile("--once", "--local", "--wait").code == 0
    (jobs / "hello.yaml").write_text(HELLO.replace("value: canary-4711", "value: other"))
    written = reconcile("plan", "--local", "--format", "json", "--show-values").out
    assert (json.loads(written)["masked"], "canary-4711" in written) == (False, True)
    Path("out.json").write_text(written)
    for form in FORMATS:
        assert "canary-4711" not in reconcile("show", "out.json", "--format", form).out
    assert "canary-4711" in reconcile("show", "out.json", "--show-values").out
    masked = reconcile("show", "out.json", "--format", "json").out
    assert json.loads(masked)["masked"] is True


def test_a_plan_that_somebody_edited_is_refused(jobs: Path, reconcile: Reconcile) -> None:
    assert reconcile("plan", "--local", "--out", "plan.json").code == 0
    plan = Path("plan.json")
    plan.write_text(plan.read_text().replace("create task-definition hello", "create task-definition hullo"))
    refused = reconcile("--once", "--local", "--plan", "plan.json")
    assert (refused.code, refused.out) == (4, "")
    assert refused.err == (
        "reconcile: plan.json: was changed since it was saved (its digest does not fit) — plan again\n"
    )
    assert revisions() == []
