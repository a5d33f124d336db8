"""The Region that is acted in: a flag's, else Settings', else the AWS environment's, and the same one everywhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command_line import HELLO, SETTINGS, Reconcile

LOGGED = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: logged}
spec:
  taskDefinition:
    containerDefinitions:
      - {name: main, image: "example/hello:${{ reconciler.region }}", memory: 128}
  logs: {}
"""
NOWHERE = SETTINGS.replace("  region: eu-west-1\n", "")


def rendered(reconcile: Reconcile, *arguments: str) -> tuple[str, str | None]:
    """Answer the Region that the image says, and the one that the logs go to."""
    report = json.loads(reconcile("render", "--show-values", "--format", "json", *arguments).out)
    container: dict[str, Any] = report["jobs"][0]["rendered"]["definition"]["containerDefinitions"][0]
    return container["image"].rpartition(":")[2], container["logConfiguration"]["options"].get("awslogs-region")


@pytest.fixture
def logged(jobs: Path) -> Path:
    (jobs / "hello.yaml").write_text(LOGGED)
    return jobs


@pytest.mark.parametrize("settings", [SETTINGS, NOWHERE])
def test_a_flag_names_the_region_whatever_settings_say(logged: Path, reconcile: Reconcile, settings: str) -> None:
    (logged / "settings.yaml").write_text(settings)
    assert rendered(reconcile, "--region", "eu-central-1") == ("eu-central-1", "eu-central-1")


def test_settings_name_the_region_whatever_the_environment_says(
    logged: Path, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert rendered(reconcile) == ("eu-west-1", "eu-west-1")


def test_the_environment_names_the_region_where_settings_do_not(
    logged: Path, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    (logged / "settings.yaml").write_text(NOWHERE)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    assert rendered(reconcile) == ("eu-north-1", "eu-north-1")


@pytest.mark.parametrize(
    ("settings", "arguments"),
    [(NOWHERE, ()), (NOWHERE, ("--region", "eu-central-1")), (SETTINGS, ("--region", "eu-central-1"))],
)
def test_what_is_registered_logs_to_the_region_that_is_acted_in(
    logged: Path, reconcile: Reconcile, settings: str, arguments: tuple[str, ...]
) -> None:
    (logged / "settings.yaml").write_text(settings)
    applied = reconcile("--once", "--local", *arguments)
    assert (applied.code, reconcile("drift", "--local", *arguments).code) == (0, 0), applied.out
    region = arguments[1] if arguments else "us-east-1"
    edited = LOGGED.replace("  logs: {}", f"  logs: {{options: {{awslogs-region: {region}}}}}")
    (logged / "hello.yaml").write_text(edited)
    assert reconcile("drift", "--local", *arguments).code == 0


def test_an_image_may_name_a_region_that_only_a_flag_tells(jobs: Path, reconcile: Reconcile) -> None:
    (jobs / "settings.yaml").write_text(
        NOWHERE + "  environments: {one: {namePrefix: one-}, two: {namePrefix: two-}}\n"
    )
    (jobs / "hello.yaml").write_text(HELLO.replace("hello:1", "hello:${{ reconciler.region }}"))
    assert reconcile("validate", "--region", "eu-central-1").code == 0
    assert reconcile("validate").code == 3
