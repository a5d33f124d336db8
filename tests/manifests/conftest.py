import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.manifests import LoadRequest, load
from reconciler.model import Job, Manifests, Severity

CHECKOUT = Path(__file__).parents[2]
Write = Callable[[Mapping[str, str | bytes]], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write files below a fresh current directory, in which `jobs.d` exists."""
    (tmp_path / "jobs.d").mkdir()
    monkeypatch.chdir(tmp_path)

    def write_files(files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return write_files


class Directory:
    """`jobs.d`, written by a test and read by the function under test."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def load(self, files: Mapping[str, str | bytes] | str = "", **request: Any) -> Manifests:
        """Write files (a bare text is `jobs.d/job.yaml`) and read the directory."""
        self._write({"jobs.d/job.yaml": files} if isinstance(files, str) and files else files or {})
        return load(Path("jobs.d"), LoadRequest(**request))

    def errors(self, files: Mapping[str, str | bytes] | str = "", **request: Any) -> list[str]:
        """Answer the errors as they are printed."""
        return told(self.load(files, **request), Severity.ERROR)

    def warnings(self, files: Mapping[str, str | bytes] | str = "", **request: Any) -> list[str]:
        """Answer the warnings as they are printed; there must be no errors."""
        manifests = self.load(files, **request)
        assert told(manifests, Severity.ERROR) == []
        return told(manifests, Severity.WARNING)

    def job(self, files: Mapping[str, str | bytes] | str, name: str = "hello", **request: Any) -> Job:
        """Answer one job of a directory without errors."""
        manifests = self.load(files, **request)
        assert told(manifests, Severity.ERROR) == []
        return next(job for job in manifests.jobs if job.name == name)


def told(manifests: Manifests, severity: Severity) -> list[str]:
    return [str(problem) for problem in manifests.problems if problem.severity is severity]


@pytest.fixture
def jobs_d(write: Write) -> Directory:
    return Directory(write)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The collection of real definitions; tests that need it are skipped where it is not there."""
    path = Path(os.environ.get("RECONCILER_CORPUS", CHECKOUT.parent / "shared" / "corpus"))
    if not (path / "written").is_dir():
        pytest.skip("the corpus is not here (RECONCILER_CORPUS names it)")
    return path
