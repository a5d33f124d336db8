"""A directory beside an embedded AWS in its Region."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.local import LocalAws
from tests.engine.harness import REGION, SETTINGS, Directory


@pytest.fixture(scope="package")
def shared_aws() -> Iterator[LocalAws]:
    """Answer one embedded AWS for all tests of the engine, with a second cluster."""
    with LocalAws(clock="manual", region=REGION, clusters=["default", "other"]) as aws:
        yield aws


@pytest.fixture
def directory(tmp_path: Path, aws: LocalAws) -> Directory:
    found = Directory(path=tmp_path / "jobs.d", aws=aws)
    found.write(settings=SETTINGS)
    return found
