"""What makes a one-shot the same one-shot."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.core.generation import generations
from reconciler.model import Job, Linked, Once, Owned, RerunOn, Shared, Source

BODY = {
    "family": "f",
    "containerDefinitions": [{"name": "app", "image": "app:1"}],
    "tags": [{"key": "a", "value": "b"}],
}
JOB = Job(
    name="stg-migrate",
    declared_name="migrate",
    kind="EcsJob",
    source=Source(file="jobs.d/migrate.yaml", line=1),
    definition=Owned(body=BODY),
    spec={},
    run={"cluster": "default", "launchType": "FARGATE"},
    trigger=Once(),
)


def generation(job: Job, **known: Any) -> str:
    return generations(job, **known)[0]


def test_the_hash_is_versioned_and_stable_across_releases() -> None:
    assert generation(JOB) == "g1-4b4e2c5517c4888aa60b5bc2"


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "prod-migrate", "declared_name": "other"},
        {"source": Source(file="elsewhere.yaml", line=9)},
        {"tags": {"team": "data"}},
        {"definition": Owned(body={**BODY, "family": "g", "tags": []})},
        {"definition": Owned(body=dict(reversed(BODY.items())))},
        {"backoff_limit": 3, "suspend": True, "active_deadline_seconds": 9, "depends_on": ("x",)},
    ],
)
def test_names_tags_and_how_it_is_followed_take_no_part(changed: Mapping[str, Any]) -> None:
    assert generation(replace(JOB, **changed)) == generation(JOB)


@pytest.mark.parametrize(
    "changed",
    [
        {"definition": Owned(body={**BODY, "containerDefinitions": [{"name": "app", "image": "app:2"}]})},
        {"run": {**JOB.run, "cluster": "other"}},
        {"run": {**JOB.run, "environment": {"A": "1"}}},
        {"trigger": Once(key="again")},
        {"definition": Linked(reference="etl")},
        {"spec": {"logs": {"group": "/elsewhere"}}},
    ],
)
def test_a_changed_definition_run_section_or_key_is_another_generation(changed: Mapping[str, Any]) -> None:
    assert generation(replace(JOB, **changed)) != generation(JOB)


def test_rerun_on_key_looks_at_the_key_alone() -> None:
    by_key = replace(JOB, trigger=Once(key="1", rerun_on=RerunOn.KEY))
    other = replace(by_key, definition=Owned(body={"containerDefinitions": []}), run={})
    assert generation(by_key) == generation(other)
    assert generation(by_key) != generation(replace(by_key, trigger=Once(key="2", rerun_on=RerunOn.KEY)))


def test_a_borrowed_definition_counts_as_if_it_were_written_here() -> None:
    borrowing = replace(JOB, definition=Shared(job="other"))
    assert generation(borrowing, shared=BODY) == generation(JOB)


def test_a_bare_family_stands_for_its_present_revision() -> None:
    linked = replace(JOB, definition=Linked(reference="etl"))
    assert generation(linked, linked_revision=7) != generation(linked, linked_revision=8)
