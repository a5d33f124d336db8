"""Every face of a report by its name; a format's module is imported when it is asked for."""

import importlib
from typing import Final

from reconciler.model import Report

#: Each is the module of its name beside this one, with `render(report) -> str`.
FORMATS: Final = ("text", "json", "markdown", "html", "junit", "github")


def render(report: Report, form: str) -> str:
    """Answer `report`, which is presentable, in the format named `form`; equal input gives equal bytes."""
    assert form in FORMATS, form
    rendered = importlib.import_module(f"reconciler.reports.{form}").render(report)
    assert isinstance(rendered, str)
    return rendered
