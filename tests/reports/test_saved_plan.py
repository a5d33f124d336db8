"""A plan on file: applied exactly, or refused with what has moved."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Refused, UsageError
from reconciler.model import Action, FieldChange, Manifests, Report
from reconciler.reports.json import document
from reconciler.reports.reading import read_report
from reconciler.reports.saved_plan import check, read, read_any, save
from tests.reports.report_scenario import CANARY, manifests, report


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_text(save(report("plan"), manifests()))
    return path


def refusal(path: Path, fresh: Report, of: Manifests | None = None) -> str:
    with pytest.raises(Refused) as refused:
        check(read(path), fresh, of or manifests())
    return str(refused.value)


def test_the_same_plan_is_let_through_however_much_later(saved: Path) -> None:
    plan = report("plan")
    steps = tuple(
        replace(step, reason="generation g1-4f0c has not run for an hour") if step.action is Action.LAUNCH else step
        for step in plan.steps
    )
    check(read(saved), replace(plan, seconds=99.0, steps=steps), manifests())


def test_saving_twice_gives_the_same_bytes() -> None:
    assert save(report("plan"), manifests()) == save(report("plan"), manifests())


def test_the_file_holds_no_hidden_value(saved: Path) -> None:
    assert CANARY not in saved.read_text()


def test_a_changed_file_is_refused(saved: Path) -> None:
    content = json.loads(saved.read_text())
    content["account"] = "999999999999"
    saved.write_text(json.dumps(content))
    with pytest.raises(UsageError) as refused:
        read(saved)
    assert str(refused.value) == f"{saved}: was changed since it was saved (its digest does not fit) — plan again"


def test_another_account_region_owner_and_directory_are_each_named(saved: Path) -> None:
    fresh = replace(report("plan"), account="222222222222", region="us-east-1", owner="other")
    assert refusal(saved, fresh, replace(manifests(), digest="d2")) == (
        "the plan is out of date; nothing was written\n"
        "  account: planned for 111111111111, this is 222222222222\n"
        "  Region: planned for eu-west-1, this is us-east-1\n"
        "  owner: planned for data-jobs.staging, this is other\n"
        "  manifests: planned for d1, this is d2 — plan again"
    )


def test_steps_that_came_went_and_changed_are_each_named(saved: Path) -> None:
    plan = report("plan")
    steps = list(plan.steps)
    steps[1] = replace(steps[1], name="/jobs/other")
    steps[3] = replace(steps[3], changes=(*steps[3].changes, FieldChange(path="cpu", before="1", after="2")))
    assert refusal(saved, replace(plan, steps=tuple(steps))) == (
        "the plan is out of date; nothing was written\n"
        "  no longer to do: create log-group /jobs/migrate-db (job migrate-db)\n"
        "  not in the plan: create log-group /jobs/other (job migrate-db)\n"
        "  changed: update task-definition nightly-report (job nightly-report) — plan again"
    )


def test_a_new_live_revision_is_a_change_even_where_only_hidden_values_differ(saved: Path) -> None:
    plan = report("plan")
    jobs = tuple(replace(job, definition=f"{job.definition}1") if job.name == "index" else job for job in plan.jobs)
    assert "changed: update schedule index (job index)" in refusal(saved, replace(plan, jobs=jobs))


def test_another_version_and_other_files_are_refused(tmp_path: Path) -> None:
    def message(content: str) -> str:
        path = tmp_path / "x.json"
        path.write_text(content)
        with pytest.raises(UsageError) as refused:
            read(path)
        return str(refused.value).removeprefix(f"{path}: ")

    assert message("{}") == "not a saved plan — reconcile plan --out FILE writes one"
    assert message("[]") == "expected a saved plan or a JSON report"
    assert message("{") == ("not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)")
    assert message('{"kind": "reconciler/plan", "version": 2}') == "version: expected 1, got 2 — plan again"
    with pytest.raises(UsageError, match="No such file"):
        read(tmp_path / "absent.json")


def test_what_is_shown_of_a_file_is_the_masked_report(saved: Path) -> None:
    assert read_any(saved).verb == "plan"
    assert len(read_any(saved).steps) == len(report("plan").steps)


@pytest.mark.parametrize(
    ("schedule", "place"),
    [
        ({"nextStarts": 7}, r"jobs\[0\]\.schedule"),
        ({"nextStarts": [{"local": None, "utc": "2026-01-01T00:00:00Z"}]}, r"jobs\[0\]\.schedule"),
        ({"nextStarts": [{"local": "soon", "utc": "2026-01-01T00:00:00Z"}]}, "Invalid isoformat string: 'soon'"),
        ({"skipped": {"slot": "2026-01-01T00:00:00Z"}}, r"jobs\[0\]\.schedule"),
        ({"clockChanges": {}}, r"jobs\[0\]\.schedule"),
    ],
)
def test_a_schedule_that_cannot_be_shown_is_refused_as_it_is_read(schedule: dict[str, Any], place: str) -> None:
    content = document(report())
    content["jobs"][0]["schedule"] = schedule
    with pytest.raises(UsageError, match=f"^not a report of reconcile: {place}"):
        read_report(content)


def test_a_report_that_is_not_as_its_schema_says_is_refused_with_the_place() -> None:
    content = document(report())
    content["jobs"][0]["name"] = ["canary"]
    with pytest.raises(UsageError, match=r"^not a report of reconcile: jobs\[0\]\.name: \['canary'\] is not of type"):
        read_report(content)
