"""Texts that others choose (images, reasons of AWS, log lines, names) stay texts, in whatever a report is written as."""

import re
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any
from xml.etree import ElementTree

import pytest

from reconciler.reports.formats import FORMATS, render
from reconciler.reports.presentable import presentable
from tests.reports.report_scenario import manifests, report

NASTY = (
    "\x1b[31mred\x1b]8;;http://x\x07\x9b2J\x00 <script>alert(1)</script> \"'><img src=x onerror=1> ]]> & "
    "\n::error::forged\n::set-output name=x::y\r\n::add-mask::x%0A::stop-commands::t \u202e"
    "\n# heading\n\n```\n| cell | @someone #1 [link](javascript:alert(1)) ![i](http://x/p.png) <!-- -->\n"
)


def nasty(value: Any) -> Any:
    """Answer a value with every text in it followed by what should do harm."""
    if isinstance(value, Enum | datetime) or value is None:
        return value
    if isinstance(value, str):
        return value + NASTY
    if is_dataclass(value) and not isinstance(value, type):
        kept = {"verb", "region", "account", "owner", "kind", "job"}
        return replace(
            value,
            **{
                each.name: nasty(getattr(value, each.name))
                for each in fields(value)
                if each.init and each.name not in kept
            },
        )
    if isinstance(value, tuple):
        return tuple(nasty(each) for each in value)
    if isinstance(value, dict):
        return {key: nasty(each) for key, each in value.items()}
    return value


@pytest.fixture(params=["plan", "drift", "status"])
def forged(request: pytest.FixtureRequest) -> Any:
    return presentable(nasty(report(request.param)), manifests())


@pytest.mark.parametrize("form", FORMATS)
def test_no_control_character_is_printed(forged: Any, form: str) -> None:
    text = render(forged, form)
    assert re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text) == []


def test_a_page_holds_no_markup_of_others(forged: Any) -> None:
    text = render(forged, "html")
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_a_comment_holds_no_markup_mention_or_picture_of_others(forged: Any) -> None:
    text = re.sub(r"^(`{3,})\w*\n.*?\n\1$", "", render(forged, "markdown"), flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", text)
    text = re.sub(r"<code>.*?</code>", "", text)  # what is left is no code
    assert not re.search(r"(?<!\\)<(script|img)|(?<!\\)\[link\]|(?<!\\)\[i\]| @someone", text)
    assert not re.search(r"^# heading", text, re.MULTILINE)


def test_annotations_are_ours_alone(forged: Any) -> None:
    commands = [line for line in render(forged, "github").splitlines() if line.startswith("::")]
    assert commands
    assert all(re.match(r"::(error|warning|notice|group|endgroup)\b", line) for line in commands)
    assert not any(line.startswith(("::error::forged", "::set-output", "::add-mask")) for line in commands)


def test_a_test_report_stays_well_formed(forged: Any) -> None:
    ElementTree.fromstring(render(forged, "junit"))
