"""One comment: its size, and that nothing in it acts."""

import re
from dataclasses import replace

from reconciler.model import FieldChange, Problem
from reconciler.reports.markdown import marker, render
from tests.reports.report_scenario import JOBS, report


def test_ten_thousand_drifted_jobs_are_still_one_valid_comment() -> None:
    jobs = tuple(replace(JOBS[5], name=f"job-{number:05}") for number in range(10_000))
    text = render(replace(report("drift"), jobs=jobs))
    assert len(text.encode()) < 60_000
    assert text.count("<details") == text.count("</details>") > 50
    cut = re.search(r"> \*\*Cut here:\*\* (\d+) more of (\d+) entries do not fit into a comment\.\n\Z", text)
    assert cut is not None
    assert int(cut[2]) - int(cut[1]) == text.count("<details") + 5


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
