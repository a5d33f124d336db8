"""Every silence has a reason that can be read."""

from typing import Any

from reconciler.core.explain import Explanation, explain
from reconciler.core.rule import Equality, Grade
from reconciler.kinds.task_definition_rules import RULES
from reconciler.model import ABSENT


def body(**members: Any) -> dict[str, Any]:
    return {"family": "f", "containerDefinitions": [{"name": "main", "image": "i", **members}]}


def told(desired: dict[str, Any], observed: dict[str, Any], *ignore: str) -> list[tuple[str, Any, Any, str]]:
    return [(found.path, found.before, found.after, found.text) for found in explain(desired, observed, RULES, ignore)]


def test_an_explanation_names_the_row_its_source_and_its_grade() -> None:
    (explanation,) = explain(body(), body(versionConsistency="enabled"), RULES)
    assert explanation == Explanation(
        path="containerDefinitions[main].versionConsistency",
        before="enabled",
        after=ABSENT,
        rule='containerDefinitions[].versionConsistency: absent = "enabled"',
        text='absent = "enabled"',
        source="ECS API reference, ContainerDefinition, versionConsistency",
        grade=Grade.DOCUMENTED,
        equality=Equality.SEMANTIC,
    )


def test_what_is_the_same_needs_no_explanation() -> None:
    assert told(body(cpu=0, environment=[]), body(cpu=0, environment=[])) == []


def test_what_is_drift_is_not_explained_away() -> None:
    assert told(body(cpu=10), body(cpu=0)) == []
    assert told(body(), body(cpu=10)) == []


def test_units_nulls_and_empties_are_explained() -> None:
    desired, observed = {**body(), "cpu": "1 vCPU", "volumes": []}, {**body(user=None), "cpu": "1024"}
    assert told(desired, observed) == [
        ("containerDefinitions[main].user", None, ABSENT, "null = absent"),
        ("cpu", "1024", "1 vCPU", "a text with its unit (vCPU, 1024 CPU units each) = the plain number"),
        ("volumes", ABSENT, [], "[] = absent, and an entry {} of a list too"),
    ]


def test_another_order_is_explained_once() -> None:
    one, other = {"name": "A", "value": "1"}, {"name": "B", "value": "2"}
    assert told(body(environment=[one, other]), body(environment=[other, one])) == [
        (
            "containerDefinitions[main].environment",
            ["B", "A"],
            ["A", "B"],
            "entries by name: order does not matter; of equal ones the last counts",
        )
    ]


def test_a_structure_of_defaults_is_explained_by_its_members() -> None:
    platform = {"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"}
    assert told(body(), {**body(), "runtimePlatform": platform}) == [
        ("runtimePlatform.cpuArchitecture", "X86_64", ABSENT, 'absent = "X86_64"'),
        ("runtimePlatform.operatingSystemFamily", "LINUX", ABSENT, 'absent = "LINUX"'),
    ]


def test_a_role_that_is_named_in_two_ways_is_explained() -> None:
    arn = "arn:aws:iam::111122223333:role/jobs"
    assert told({**body(), "taskRoleArn": "jobs"}, {**body(), "taskRoleArn": arn}) == [
        ("taskRoleArn", arn, "jobs", "a role's name = its ARN, when exactly one side has an ARN")
    ]


def test_what_the_manifest_ignores_is_explained_by_the_manifest() -> None:
    (explanation,) = explain(body(image="new"), body(image="old"), RULES, ["containerDefinitions[*].image"])
    assert explanation == Explanation(
        path="containerDefinitions[main].image",
        before="old",
        after="new",
        rule="ignoreDifferences: containerDefinitions[*].image",
        text="others may change it",
        source="the manifest",
    )


def test_what_only_aws_writes_is_explained() -> None:
    assert told(body(), {**body(), "revision": 7}) == [("revision", 7, ABSENT, "not compared, only AWS writes it")]
