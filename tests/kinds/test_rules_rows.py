"""Every row of every table, on both sides: what it makes equal, and what it leaves different.

A line of `tests/data/rules/<kind>.jsonl` names a row, a document, a place in it, values that are all alike there and
values that differ from those and from each other (`$absent`: nothing there).
"""

import copy
import json
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.diff import compare
from reconciler.core.normalise import essence
from reconciler.core.rules import Rules
from reconciler.kinds import event_rule, job_definition_rules, schedule_rules, task_definition_rules

TABLES = {
    rules.kind: rules
    for rules in (task_definition_rules.RULES, job_definition_rules.RULES, schedule_rules.RULES, event_rule.RULES)
}
DATA = Path(__file__).parents[1] / "data" / "rules"


def lines(kind: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()]


def with_value(base: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    document: dict[str, Any] = copy.deepcopy(base)
    *parents, last = pointer.split("/")[1:]
    place: Any = document
    for step in parents:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value != "$absent":
        place[last] = value
    return document


def pairs(line: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any], bool]]:
    documents = [with_value(line["base"], line["at"], value) for value in line["alike"]]
    others = [with_value(line["base"], line["at"], value) for value in line["unlike"]]
    for one, other in product(documents, documents):
        yield one, other, True
    for one, other in (*product(documents, others), *combinations(others, 2)):
        yield one, other, False
        yield other, one, False


@pytest.mark.parametrize("kind", TABLES)
def test_every_row_has_a_vector_and_every_vector_a_row(kind: str) -> None:
    assert {line["row"] for line in lines(kind)} == {row.id for row in TABLES[kind]}


@pytest.mark.parametrize("kind", TABLES)
def test_a_row_has_a_name_of_its_own(kind: str) -> None:
    ids = [row.id for row in TABLES[kind]]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        pytest.param(rules, line, id=f"{kind}-{number}-{line['row']}")
        for kind, rules in TABLES.items()
        for number, line in enumerate(lines(kind), 1)
    ],
)
def test_a_row_says_what_is_equal_and_no_more(rules: Rules, line: dict[str, Any]) -> None:
    for desired, observed, equal in pairs(line):
        changes = compare(desired, observed, rules)
        assert (changes == ()) is equal, (desired, observed, changes)
        assert essence(essence(desired, rules), rules) == essence(desired, rules)
