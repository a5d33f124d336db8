"""`/status.json`: the report of the last pass, and how the loop itself is. Its fields are only ever added to.

    {"version", "ready", "passes", "commit", "lastPass", "failure", "report": {…} | null, "recent": [{"at", …}],
     "problems": […]}

`report` has the shape of `schemas/report.schema.json`, with the newest runs; `recent` are steps of that shape with the
instant at which they were carried out, newest first; `problems` are those of a directory of which nothing is valid yet;
`lastPass` is when the loop last made a pass, or tried to.
"""

import json
from dataclasses import replace
from typing import Any

from reconciler.reports.json import document, instant, problem_document, step_document
from reconciler.web.state import Known


def render(known: Known) -> bytes:
    """Answer the state as JSON."""
    told: dict[str, Any] = {
        "version": 1,
        "ready": known.ready,
        "passes": known.passes,
        "commit": known.commit,
        "lastPass": instant(known.looked),
        "failure": known.failure,
        "report": None if known.report is None else document(replace(known.report, runs=known.runs)),
        "recent": [{"at": instant(done.at), **step_document(done.step)} for done in known.recent],
        "problems": [problem_document(problem) for problem in known.problems],
    }
    return json.dumps(told, indent=2).encode() + b"\n"
