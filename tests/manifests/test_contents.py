"""Files that look as they did are not opened again; those that may have been written since without a trace are."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.clock import ManualClock
from reconciler.manifests import files
from reconciler.manifests.contents import Contents


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    raw, names = files.raw, list[str]()

    def watched(path: Path | str, shown: str) -> files.Text:
        names.append(shown)
        return raw(path, shown)

    monkeypatch.setattr(files, "raw", watched)
    return names


def read(contents: Contents, file: Path) -> bytes:
    found = contents.raw(str(file), file.name).content
    contents.end()
    return found


def test_a_file_that_was_written_long_ago_is_opened_once(tmp_path: Path, opened: list[str]) -> None:
    file = tmp_path / "job.yaml"
    file.write_text("one")
    contents = Contents(ManualClock(datetime.now(UTC) + timedelta(hours=1)))
    assert [read(contents, file) for _ in range(3)] == [b"one"] * 3
    assert opened == ["job.yaml"]
    file.write_text("three")
    assert read(contents, file) == b"three"
    beside = tmp_path / "job.new"
    beside.write_text("fours")
    beside.replace(file)
    assert read(contents, file) == b"fours"


def test_a_file_that_was_written_just_now_is_opened_again(tmp_path: Path, opened: list[str]) -> None:
    """Written twice within a tick of the file system, in place and with as many bytes, it looks as it did."""
    file = tmp_path / "job.yaml"
    file.write_text("one")
    found = file.stat()
    contents = Contents(ManualClock(datetime.fromtimestamp(found.st_ctime, UTC) + timedelta(seconds=1)))
    assert read(contents, file) == b"one"
    assert read(contents, file) == b"one"
    assert opened == ["job.yaml", "job.yaml"]


def test_what_cannot_be_read_is_tried_again(tmp_path: Path) -> None:
    file = tmp_path / "job.yaml"
    contents = Contents(ManualClock(datetime.now(UTC) + timedelta(hours=1)))
    assert contents.raw(str(file), "job.yaml").problem is not None
    contents.end()
    file.write_text("one")
    assert read(contents, file) == b"one"


def test_what_a_reading_did_not_ask_for_is_forgotten(tmp_path: Path, opened: list[str]) -> None:
    file, other = tmp_path / "job.yaml", tmp_path / "other.yaml"
    for each in (file, other):
        each.write_text("one")
    contents = Contents(ManualClock(datetime.now(UTC) + timedelta(hours=1)))
    read(contents, file)
    read(contents, other)
    read(contents, file)
    assert opened == ["job.yaml", "other.yaml", "job.yaml"]
