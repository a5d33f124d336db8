"""Where things are kept that only make a pass faster."""

from pathlib import Path

import pytest

from reconciler import cache_files
from reconciler.cache_files import default_directory


def test_it_lies_in_the_users_cache_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert default_directory({"XDG_CACHE_HOME": "/var/cache/me"}) == Path("/var/cache/me/reconciler")
    assert default_directory({"XDG_CACHE_HOME": "relative"}) == Path("/home/me/.cache/reconciler")
    assert default_directory({}) == Path("/home/me/.cache/reconciler")


def test_a_user_without_a_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(_: type[Path]) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", classmethod(homeless))
    assert default_directory({}) is None


def test_a_file_is_written_whole_and_for_nobody_else(tmp_path: Path) -> None:
    file = tmp_path / "new" / "file"
    cache_files.write(file, b"first")
    cache_files.write(file, b"second")
    assert cache_files.read(file) == b"second"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [each.name for each in file.parent.iterdir()] == ["file"]
    file.chmod(0o620)
    assert cache_files.read(file) is None
