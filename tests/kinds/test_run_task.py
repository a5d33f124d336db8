"""EcsJob → RunTask: the order in which a run is overridden, the calls it is split into, and what is refused before."""

from typing import Any

import pytest

from reconciler.errors import ReconcilerError, UsageError
from reconciler.kinds.ecs_job import EcsJob
from reconciler.kinds.run_changes import RunChanges
from reconciler.model import Job, Owned, RunKey, Source, Spec

KIND = EcsJob()
DEFINITION: dict[str, Any] = {
    "networkMode": "awsvpc",
    "containerDefinitions": [{"name": "app", "image": "a"}, {"name": "sidecar", "image": "s", "essential": False}],
}
KEY = RunKey(owner="o", job="j", trigger="manual:1")
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}


def job(**run: Any) -> Job:
    return Job(
        name="j",
        declared_name="j",
        kind="EcsJob",
        source=Source(file="jobs.d/j.yaml", line=1),
        definition=Owned(body=DEFINITION),
        spec={},
        tags={"team": "data", "stage": "prod"},
        run=run,
    )


def request(changes: RunChanges | None = None, **run: Any) -> dict[str, Any]:
    edited = KIND.changed(job(**run), DEFINITION, changes) if changes is not None else job(**run)
    return dict(KIND.patched(edited, KIND.run_request(edited, DEFINITION)))


def containers(made: dict[str, Any]) -> dict[str, Any]:
    return {entry["name"]: entry for entry in made["overrides"]["containerOverrides"]}


def test_the_command_wins_over_an_override_of_the_same_container_whose_rest_stays() -> None:
    overrides = {
        "ephemeralStorage": {"sizeInGiB": 30},
        "containerOverrides": [{"name": "app", "command": ["old"], "cpu": 10}, {"name": "sidecar", "command": ["s"]}],
    }
    made = request(command={"app": ["new"]}, overrides=overrides)
    assert made["overrides"] == {
        "ephemeralStorage": {"sizeInGiB": 30},
        "containerOverrides": [{"name": "app", "command": ["new"], "cpu": 10}, {"name": "sidecar", "command": ["s"]}],
    }
    assert overrides["containerOverrides"][0] == {"name": "app", "command": ["old"], "cpu": 10}  # type: ignore[index]


def test_a_plain_command_and_environment_are_the_main_containers() -> None:
    made = request(command=["new"], environment={"B": "2", "A": "1"})
    assert containers(made) == {
        "app": {
            "name": "app",
            "command": ["new"],
            "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
        }
    }


def test_null_takes_a_variable_out_of_the_override() -> None:
    overrides = {"containerOverrides": [{"name": "app", "environment": [{"name": "A", "value": "1"}]}]}
    made = request(overrides=overrides, environment={"app": {"A": None, "B": "2"}})
    assert containers(made)["app"]["environment"] == [{"name": "B", "value": "2"}]


def test_spot_is_a_capacity_provider() -> None:
    made = request(launchType="FARGATE_SPOT")
    assert made["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    assert "launchType" not in made


def test_tags_of_the_run_win_over_those_of_the_job() -> None:
    assert request(tags=[{"key": "stage", "value": "test of 1"}])["tags"] == [
        {"key": "stage", "value": "test of 1"},
        {"key": "team", "value": "data"},
    ]


def test_members_of_run_task_pass_as_they_are_and_patches_have_the_last_word() -> None:
    made = request(
        platformVersion="1.4.0",
        enableExecuteCommand=True,
        capacityProviderStrategy=[{"capacityProvider": "big", "base": 1}],
        command=["a"],
        patches=[{"op": "replace", "path": "/overrides/containerOverrides/0/command/0", "value": "b"}],
    )
    assert (made["platformVersion"], made["enableExecuteCommand"]) == ("1.4.0", True)
    assert made["capacityProviderStrategy"] == [{"capacityProvider": "big", "base": 1}]
    assert containers(made)["app"]["command"] == ["b"]


def test_a_patch_that_does_not_fit_is_named_at_the_manifests_line() -> None:
    with pytest.raises(ReconcilerError, match=r"jobs\.d/j\.yaml:1:0: spec\.run\.patches: "):
        request(patches=[{"op": "remove", "path": "/nothing/here"}])


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ({"op": "add", "path": "/count", "value": "lots"}, "count: expected an integer from 1 to 2000, got 'lots'"),
        ({"op": "add", "path": "/count", "value": 0}, "count: expected an integer from 1 to 2000, got 0"),
        ({"op": "add", "path": "/count", "value": 10_001}, "count: expected an integer from 1 to 2000, got 10001"),
        ({"op": "add", "path": "/count", "value": True}, "count: expected an integer from 1 to 2000, got True"),
        ({"op": "replace", "path": "", "value": []}, "what is left of the request is no mapping"),
    ],
)
def test_a_patch_that_leaves_no_request_is_named_at_the_manifests_line(patch: Spec, message: str) -> None:
    with pytest.raises(ReconcilerError) as raised:
        request(patches=[patch])
    assert raised.value.message == f"jobs.d/j.yaml:1:0: spec.run.patches: {message}"


def test_ten_tasks_go_into_a_call() -> None:
    launches = KIND.launches(request(count=25), KEY, "c", "d:1")
    assert [(launch.key.part, launch.request["count"]) for launch in launches] == [(0, 10), (1, 10), (2, 5)]


def test_a_run_with_flags_is_laid_over_everything_but_the_patches() -> None:
    made = request(
        RunChanges(
            command=("flag",),
            environment={"A": "flag"},
            overrides={
                "containerOverrides": [
                    {"name": "app", "command": ["file"], "environment": [{"name": "B", "value": "file"}]},
                    {"name": "sidecar", "cpu": 5},
                ]
            },
            cpu="512",
        ),
        command=["manifest"],
        environment={"A": "manifest", "B": "manifest", "C": "manifest"},
    )
    assert made["overrides"]["cpu"] == "512"
    assert containers(made) == {
        "app": {
            "name": "app",
            "command": ["flag"],
            "environment": [
                {"name": "A", "value": "flag"},
                {"name": "B", "value": "file"},
                {"name": "C", "value": "manifest"},
            ],
        },
        "sidecar": {"name": "sidecar", "cpu": 5},
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (RunChanges(parameters={"a": "b"}), "--parameter: a task has none"),
        (RunChanges(container="app", cpu="half"), "--cpu half: expected whole numbers"),
    ],
)
def test_what_a_task_has_not_got_is_wrong_usage(changes: RunChanges, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        request(changes)


SECRET = {"containerDefinitions": [{"name": "app", "secrets": [{"name": "A", "valueFrom": "b"}]}]}


@pytest.mark.parametrize(
    ("run", "definition", "fault"),
    [
        ({"networkConfiguration": NETWORK}, DEFINITION, ""),
        ({}, DEFINITION, "networkMode awsvpc needs subnets: name run.networkConfiguration or run.vpcId"),
        (
            {"launchType": "FARGATE"},
            {**DEFINITION, "networkMode": "host"},
            "Fargate runs networkMode awsvpc only, and the definition says host",
        ),
        (
            {"launchType": "FARGATE_SPOT", "networkConfiguration": NETWORK},
            {**DEFINITION, **SECRET},
            "the definition has secrets but no executionRoleArn, which Fargate reads them with",
        ),
        (
            {"command": {"apq": ["x"]}, "networkConfiguration": NETWORK},
            DEFINITION,
            'no container "apq" in the definition; did you mean app?',
        ),
        (
            {"environment": {"A": "x" * 8192}, "networkConfiguration": NETWORK},
            DEFINITION,
            "the overrides have 8271 characters and RunTask takes 8192",
        ),
        ({"command": {"apq": ["x"]}}, {}, ""),
    ],
)
def test_what_run_task_would_refuse(run: dict[str, Any], definition: dict[str, Any], fault: str) -> None:
    assert list(KIND.faults(request(**run), definition)) == ([fault] if fault else [])
