"""Write the golden files anew, to be reviewed by eye: `python -m tests.reports.regenerate_golden`."""

from reconciler.reports.formats import render
from reconciler.reports.presentable import presentable
from tests.reports.report_scenario import manifests, report
from tests.reports.test_report_formats import CASES, GOLDEN, golden

if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for form, verb in CASES:
        golden(form, verb).write_text(render(presentable(report(verb), manifests()), form), encoding="utf-8")
