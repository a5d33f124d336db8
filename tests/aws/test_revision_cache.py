"""The cache of revisions: never wrong, never in the way."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.aws import revision_cache
from reconciler.aws.revision_cache import RevisionCache

ARN = "arn:aws:ecs:us-east-1:123456789012:task-definition/a:1"
SPEC = {"family": "a", "status": "ACTIVE", "registeredAt": datetime(2026, 1, 1, tzinfo=UTC), "containerDefinitions": []}
KEPT = {member: value for member, value in SPEC.items() if member != "status"}


def test_what_was_put_is_what_is_got(tmp_path: Path) -> None:
    RevisionCache(tmp_path).put(ARN, SPEC)
    assert RevisionCache(tmp_path).get(ARN) == KEPT
    assert RevisionCache(tmp_path).get(ARN + "0") is None


def test_only_the_user_may_read_it(tmp_path: Path) -> None:
    RevisionCache(tmp_path).put(ARN, SPEC)
    directory = tmp_path / "revisions-1"
    assert directory.stat().st_mode & 0o777 == 0o700
    assert [file.stat().st_mode & 0o777 for file in directory.iterdir()] == [0o600]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '"x"', "{}", '{"arn": "other", "spec": {}}', '{"arn": 1}', '{"spec": null}']
)
def test_what_is_corrupt_is_not_known(tmp_path: Path, text: str) -> None:
    cache = RevisionCache(tmp_path)
    cache.put(ARN, SPEC)
    (file,) = (tmp_path / "revisions-1").iterdir()
    file.write_text(text)
    assert cache.get(ARN) is None
    cache.put(ARN, SPEC)
    assert cache.get(ARN) == KEPT, "what is damaged is not damaged for ever"


def test_what_others_could_have_written_is_not_believed(tmp_path: Path) -> None:
    cache = RevisionCache(tmp_path)
    cache.put(ARN, SPEC)
    (file,) = (tmp_path / "revisions-1").iterdir()
    file.chmod(0o622)
    assert cache.get(ARN) is None


def test_a_directory_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    cache = RevisionCache(blocked)
    cache.put(ARN, SPEC)
    assert cache.get(ARN) is None


def test_two_writers_at_once_do_no_harm(tmp_path: Path) -> None:
    def write(_: int) -> None:
        RevisionCache(tmp_path).put(ARN, SPEC)

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(write, range(64)))
    assert RevisionCache(tmp_path).get(ARN) == KEPT
    assert len(list((tmp_path / "revisions-1").iterdir())) == 1


def test_a_full_cache_forgets_what_was_written_longest_ago(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revision_cache, "_MOST_FILES", 3)
    cache = RevisionCache(tmp_path)
    for number in range(5):
        cache.put(f"{ARN}{number}", SPEC)
        for age, file in enumerate(sorted((tmp_path / "revisions-1").iterdir(), key=lambda each: each.stat().st_mtime)):
            os.utime(file, (age, age))
    RevisionCache(tmp_path).put(ARN, SPEC)
    known = [number for number in range(5) if RevisionCache(tmp_path).get(f"{ARN}{number}") is not None]
    assert known == [2, 3, 4]
    assert RevisionCache(tmp_path).get(ARN) == KEPT
