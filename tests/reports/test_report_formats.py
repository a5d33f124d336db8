"""Every face of one rich report, whole; `python -m tests.reports.regenerate_golden` writes the expected files anew."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from reconciler.reports.formats import FORMATS, render
from reconciler.reports.presentable import presentable
from reconciler.reports.reading import read_report
from tests.reports.report_scenario import CANARY, manifests, report

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "report.schema.json").read_text())
SUFFIXES = {"text": "txt", "json": "json", "markdown": "md", "html": "html", "junit": "xml", "github": "github.txt"}
VERBS = ("plan", "drift", "status")
CASES = [(form, verb) for form in FORMATS for verb in VERBS]


def golden(form: str, verb: str) -> Path:
    return GOLDEN / f"{verb}.{SUFFIXES[form]}"


@pytest.mark.parametrize(("form", "verb"), CASES)
def test_each_format_is_exactly_the_reviewed_one(form: str, verb: str) -> None:
    assert render(presentable(report(verb), manifests()), form) == golden(form, verb).read_text(encoding="utf-8")


@pytest.mark.parametrize(("form", "verb"), CASES)
def test_hidden_values_are_in_no_format(form: str, verb: str) -> None:
    assert CANARY not in render(presentable(report(verb), manifests()), form)


@pytest.mark.parametrize("form", FORMATS)
def test_show_values_shows_them_in_every_format(form: str) -> None:
    assert CANARY in render(presentable(report("plan"), manifests(), ("*",)), form)


@pytest.mark.parametrize("form", FORMATS)
def test_an_axis_that_nobody_looked_at_is_not_spoken_of(form: str) -> None:
    shown = report("drift")
    rule = replace(shown.jobs[1], kind="event-rule", health=None, last_run=None)
    assert "None" not in render(presentable(replace(shown, jobs=(rule,)), manifests()), form)


@pytest.mark.parametrize("verb", VERBS)
def test_the_json_fits_its_schema(verb: str) -> None:
    document = json.loads(render(presentable(report(verb), manifests()), "json"))
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(document)


def test_the_schema_refuses_what_is_no_report() -> None:
    document = json.loads(render(presentable(report("plan"), manifests()), "json"))
    document["steps"][0]["action"] = "explode"
    del document["summary"]["sync"]["Foreign"]
    faults = sorted(fault.json_path for fault in Draft202012Validator(SCHEMA).iter_errors(document))
    assert faults == ["$.steps[0].action", "$.summary.sync"]


@pytest.mark.parametrize("verb", VERBS)
def test_a_report_read_back_from_json_looks_the_same_in_every_format(verb: str) -> None:
    shown = presentable(report(verb), manifests())
    again = presentable(read_report(json.loads(render(shown, "json"))))
    for form in ("json", "text"):
        assert render(again, form) == render(shown, form)
