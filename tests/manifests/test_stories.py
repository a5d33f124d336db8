"""A team's directory, as it would be committed: it validates for both of its environments."""

from pathlib import Path

import pytest

from reconciler.manifests import LoadRequest, environments, load
from reconciler.model import Owned, Severity
from tests.manifests.conftest import CHECKOUT

STORIES = CHECKOUT.parent / "shared" / "stories" / "jobs.d"
pytestmark = pytest.mark.skipif(not STORIES.is_dir(), reason="the stories are not here")


def test_the_environments_are_found() -> None:
    assert environments(STORIES) == ("prod", "staging")


@pytest.mark.parametrize(
    ("environment", "owner", "names"),
    [
        ("staging", "data-jobs.staging", ["index", "load-dims", "load-facts", "migrate-db", "nightly-report", "train"]),
        (
            "prod",
            "data-jobs.prod",
            ["index", "invoices", "load-dims", "load-facts", "migrate-db", "nightly-report", "train"],
        ),
    ],
)
def test_the_stories_are_valid(environment: str, owner: str, names: list[str]) -> None:
    manifests = load(STORIES, LoadRequest(environment=environment, variables={"TAG": "1.4.0"}))

    assert [problem for problem in manifests.problems if problem.severity is Severity.ERROR] == []
    assert manifests.settings.owner == owner
    assert [job.declared_name for job in manifests.jobs] == names


@pytest.mark.parametrize(
    ("environment", "memory", "facts"), [("staging", "2048", "staging_facts"), ("prod", "4096", "facts")]
)
def test_what_differs_between_the_environments(environment: str, memory: str, facts: str) -> None:
    manifests = load(STORIES, LoadRequest(environment=environment, variables={"TAG": "1.4.0"}))
    report = next(job for job in manifests.jobs if job.declared_name == "nightly-report")

    assert isinstance(report.definition, Owned)
    assert report.definition.body["memory"] == memory
    assert report.definition.body["containerDefinitions"][0]["environment"][1]["value"] == facts


def test_without_a_tag_every_image_is_told(tmp_path: Path) -> None:
    manifests = load(STORIES, LoadRequest())

    assert [Path(problem.source.file).name for problem in manifests.problems if problem.source] == [
        "index.yaml",
        "migrate-db.yaml",
        "nightly-report.yaml",
        "train.yaml",
    ]
