"""Pairs of what was written and what AWS made of it, gathered outside the project, with the answer that is expected.

Read from `facts/vectors.jsonl` beside the corpus (`RECONCILER_CORPUS`, or `shared/corpus` beside the checkout); the
project's own vectors are in `tests/data/rules`.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.diff import compare
from reconciler.core.explain import explain
from reconciler.core.minimal import minimal
from reconciler.core.normalise import essence
from reconciler.kinds import job_definition_rules, schedule_rules, task_definition_rules

CORPUS = Path(os.environ.get("RECONCILER_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
VECTORS = CORPUS.parent / "facts" / "vectors.jsonl"
TABLES = {
    "ecs": task_definition_rules.RULES,
    "batch": job_definition_rules.RULES,
    "scheduler": schedule_rules.RULES,
}


def vectors() -> list[Any]:
    if not VECTORS.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{VECTORS} is not here"))]
    lines = VECTORS.read_text(encoding="utf-8").splitlines()
    return [pytest.param(vector, id=vector["id"]) for vector in map(json.loads, lines)]


@pytest.mark.parametrize("vector", vectors())
def test_a_vector_gives_the_expected_answer(vector: dict[str, Any]) -> None:
    rules, written, live = TABLES[vector["k"]], vector["w"], vector["l"]
    changes = compare(written, live, rules)
    assert (changes == ()) is vector["eq"], changes
    assert (compare(live, written, rules) == ()) is vector["eq"]
    for body in (written, live):
        assert essence(essence(body, rules), rules) == essence(body, rules)
        assert compare(minimal(body, rules), body, rules) == ()
    if vector["eq"] and written != live:
        assert explain(written, live, rules)
