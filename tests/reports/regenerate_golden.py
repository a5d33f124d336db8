"""Write the golden files anew, to be reviewed by eye: `python tests/reports/regenerate_golden.py`."""

from report_scenario import manifests, report
from test_report_formats import CASES, GOLDEN, golden

from reconciler.reports.formats import render
from reconciler.reports.presentable import presentable

if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for form, verb in CASES:
        golden(form, verb).write_text(render(presentable(report(verb), manifests()), form), encoding="utf-8")
