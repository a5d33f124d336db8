"""One comment: its size, and that nothing in it acts."""

import re
from dataclasses import replace

from reconciler.model import FieldChange, Problem, Severity, Source
from reconciler.reports.markdown import marker, render
from reconciler.reports.presentable import presentable
from tests.reports.report_scenario import JOBS, report


def test_ten_thousand_drifted_jobs_are_still_one_valid_comment() -> None:
    jobs = tuple(replace(JOBS[5], name=f"job-{number:05}") for number in range(10_000))
    text = render(replace(report("drift"), jobs=jobs))
    assert len(text.encode()) < 60_000
    assert text.count("<details") == text.count("</details>") > 50
    cut = re.search(r"> \*\*Cut here:\*\* (\d+) more of (\d+) entries do not fit into a comment\.\n\Z", text)
    assert cut is not None
    assert int(cut[2]) - int(cut[1]) == text.count("<details") + 3  # the problems


def test_what_has_failed_is_in_the_comment_however_much_else_there_is_to_tell() -> None:
    warnings = [
        Problem(message="looks like a secret " * 5, severity=Severity.WARNING, source=Source(file=f"{number:04}.yaml"))
        for number in range(3000)
    ]
    error = Problem(message="expected an integer", source=Source(file="last.yaml", line=7, column=3))
    plan = report("plan")
    text = render(replace(plan, problems=(*warnings, error), steps=plan.steps * 20))
    assert len(text.encode()) < 60_000
    assert "- ❌ `last.yaml:7:3`: expected an integer\n" in text
    assert (text.count("- ⚠️ "), text.count("❌ <b>+ create</b> job-definition <code>train</code>")) == (10, 20)
    assert text.index("#### Problems") < text.index("#### Compared") < text.index("#### Done")
    assert "**Cut here:**" in text


def test_a_value_of_any_size_leaves_a_comment() -> None:
    change = FieldChange(path="x", before="ü" * 100_000, after="`" * 100_000)
    text = render(replace(report("drift"), jobs=(replace(JOBS[5], changes=(change,)),)))
    assert len(text.encode()) < 60_000
    assert "</details>" in text


def test_a_fence_is_longer_than_what_it_holds() -> None:
    change = FieldChange(path="x", before="```\n", after="````")
    text = render(replace(report("drift"), jobs=(replace(JOBS[5], changes=(change,)),)))
    assert '\n`````diff\n- x: "```\\n"\n+ x: "````"\n`````\n' in text


def test_nothing_in_a_message_acts() -> None:
    message = "<img src=x> **bold** [a](b) @team #12 | `code` $x$ -->"
    text = render(replace(report("drift"), problems=(Problem(message=message),)))
    assert (
        "- ❌ \\<img src=x\\> \\*\\*bold\\*\\* \\[a\\](b) @\u200bteam #\u200b12 \\| \\`code\\` \\$x\\$ --\\>\n" in text
    )


def test_the_marker_is_a_comment_whatever_the_owner_is_called() -> None:
    assert marker("plan", "a--> <b") == "<!-- reconciler:plan:a> <b -->"


def test_five_hundred_drifted_jobs_of_ten_thousand_are_one_whole_comment() -> None:
    from tests.bench import reports

    known = reports.manifests(500)
    text = render(presentable(reports.report("drift", jobs=10_000, drifted=500), known))
    assert len(text.encode()) < 60_000
    assert text.startswith(
        "<!-- reconciler:drift:bench -->\n### reconcile drift: bench (`111111111111`, `eu-west-1`)\n"
    )
    assert "- 10000 jobs: 9500 in sync, 500 drifted\n" in text
    assert text.count("<details") == text.count("</details>") == text.count("```diff") > 20
    assert text.count("```") == 2 * text.count("```diff")
    last = text.rstrip("\n").splitlines()[-1]
    assert re.fullmatch(r"> \*\*Cut here:\*\* \d+ more of 500 entries do not fit into a comment\.", last)
    assert "value-" not in text
