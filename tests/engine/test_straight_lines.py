"""What many jobs cost grows in a straight line: nothing is done for each job and once more for each of the others."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from reconciler.core import run_keys
from reconciler.engine import slots, users
from tests.engine.harness import Directory, one_shot
from tests.engine.scheduled import BY_EVENTBRIDGE, scheduled

JOBS = 24
#: What is done for each job at most; for each of the others it would be eight times as much.
EACH = 6


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Callable[[ModuleType, str], list[str]]:
    """Answer what lets a function of a module be counted."""

    def counted(module: ModuleType, name: str) -> list[str]:
        calls, function = list[str](), getattr(module, name)

        def called(*given: Any, **named: Any) -> Any:
            calls.append(name)
            return function(*given, **named)

        monkeypatch.setattr(module, name, called)
        return calls

    return counted


def many(text: Callable[[str], str]) -> dict[str, str]:
    return {name: text(name) for name in (f"job{number:02}" for number in range(JOBS))}


def test_of_runs_that_go_on(directory: Directory, count: Callable[[ModuleType, str], list[str]]) -> None:
    directory.write(**many(lambda name: one_shot(name, outcome="runs forever")))
    directory.once()
    made = count(run_keys, "marks")
    with directory.reconciler() as reconciler:
        report = reconciler.operator.runs(directory.manifests().jobs, since=None, limit=JOBS)
    assert len(report.runs or ()) == JOBS
    assert len(made) <= EACH * JOBS


def test_of_schedules_of_which_nothing_was_recorded_lately(
    directory: Directory, count: Callable[[ModuleType, str], list[str]]
) -> None:
    directory.write(**many(scheduled))
    made = count(slots, "_names")
    directory.once()
    assert len(made) <= EACH * JOBS


def test_of_revisions_that_schedules_have_started(
    directory: Directory, count: Callable[[ModuleType, str], list[str]]
) -> None:
    def schedule(name: str, image: str = "app:1") -> str:
        return scheduled(name, engine=BY_EVENTBRIDGE, image=image, more="revisionHistoryLimit: 0")

    directory.write(**many(schedule))
    directory.once()
    directory.write(**many(lambda name: schedule(name, "app:2")))
    directory.once()
    made = count(users, "_repointed")
    directory.plan()
    assert JOBS <= len(made) <= EACH * JOBS
