"""Hours of a loop in seconds: edits, deletions, broken files, kills, restarts and AWS faults, and it converges.

`RECONCILER_WATCH=500x8x300` plays 500 jobs over eight hours, with passes at most 300 s apart, instead of 30 jobs:
what happens is the same, and every pass has more to look at.
"""

import gc
import os
import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.engine.watch_alarm import Wake
from reconciler.model import Health, Sync
from tests.engine.harness import Directory, Killed, Mortality, one_shot
from tests.engine.scheduled import scheduled
from tests.engine.test_watch import BROKEN, on_demand
from tests.engine.watching import Theatre, theatre

JOBS, HOURS, INTERVAL = (int(part) for part in os.environ.get("RECONCILER_WATCH", "30x8x300").split("x"))
#: What AWS does to a call, and how many calls it does it to.
FAULTS = (("throttle", 12), ("server_error", 8), ("drop_before", 3), ("drop_after", 3), ("expired", 40))


class Life:
    """Everything that happens to a directory while a loop runs over it, by one seed."""

    def __init__(self, directory: Directory, seed: int) -> None:
        self.directory = directory
        self.random = random.Random(seed)
        self.images = {f"job{number:03}": 1 for number in range(JOBS)}
        self.broken: set[str] = set()
        for name in self.images:
            self.save(name)

    def text(self, name: str) -> str:
        number = int(name.removeprefix("job"))
        image = f"app:{self.images[name]}"
        match number % 4:
            case 0:
                return scheduled(name, 'cron: "*/20 * * * *"', image=image)
            case 1:
                return one_shot(name).replace("app:1", image)
            case _:
                return on_demand(name, image=image)

    def save(self, name: str) -> None:
        self.directory.write(**{name: self.text(name)})

    def edit(self) -> None:
        name = self.random.choice(sorted(self.images))
        self.images[name] += 1
        if name not in self.broken:
            self.save(name)

    def delete(self) -> None:
        name = self.random.choice(sorted(self.images))
        if len(self.images) > JOBS // 2 and name not in self.broken:
            del self.images[name]
            self.directory.remove(name)

    def add(self) -> None:
        name = f"job{max(int(each.removeprefix('job')) for each in self.images) + 1:03}"
        self.images[name] = 1
        self.save(name)

    def break_one(self) -> None:
        name = self.random.choice(sorted(self.images))
        self.broken.add(name)
        self.directory.write(**{name: BROKEN})

    def mend(self) -> None:
        for name in sorted(self.broken):
            self.save(name)
        self.broken.clear()

    def fault(self) -> None:
        effect, times = self.random.choice(FAULTS)
        self.directory.aws.faults.add("*", effect, times=self.random.randint(1, times))

    def calm(self) -> None:
        self.directory.aws.faults.clear()
        self.mend()

    def plan(self, stage: Theatre, begin: float, end: float) -> None:
        """Let something happen every few minutes, and nothing in the end."""
        second = begin
        acts: tuple[Callable[[], None], ...] = (
            *(self.edit,) * 4,
            *(self.fault,) * 3,
            self.delete,
            self.add,
            self.break_one,
            self.mend,
        )
        while (second := second + self.random.uniform(20, 240)) < end:
            stage.script.at(second, self.random.choice(acts), self.random.choice((Wake.FILES, None)))
        stage.script.at(end, self.calm)


def lived(directory: Directory, life: Life, hours: float) -> Theatre:
    """Let a loop live for that long; it is killed now and then, and a new one takes over after a while."""
    end = hours * 3600
    stage = theatre(directory, interval=INTERVAL)
    begin = stage.script.begin
    while True:
        elapsed = (stage.host.clock.now() - begin).total_seconds()
        stage.host.mortality = Mortality(call=life.random.randint(100, 2000), after=life.random.random() < 0.5)
        left = end - elapsed
        if left <= 0:
            return stage
        life.plan(stage, 0, left)
        try:
            stage.run(left)
        except Killed:
            directory.look()
            stage.watch._close_session()
            directory.aws.advance(life.random.choice((1, 60, 600)))
            stage = theatre(directory, interval=INTERVAL)
        else:
            return stage


@pytest.mark.parametrize("seed", range(int(os.environ.get("RECONCILER_WATCH_SEEDS", "1"))))
def test_whatever_happens_the_loop_converges_and_starts_nothing_twice(directory: Directory, seed: int) -> None:
    settings = directory.path / "settings.yaml"
    settings.write_text(settings.read_text().replace("enabled: true", "enabled: true, maxDeletions: 1000"))
    settings.write_text(settings.read_text().replace("  region:", "  maxReruns: 1000\n  region:"))
    life = Life(directory, seed)
    lived(directory, life, HOURS)
    life.calm()
    last = theatre(directory)
    last.run(1500)
    # the embedded AWS has threads of its own
    assert not [each.name for each in threading.enumerate() if each.name.startswith(("reconciler", "ThreadPool"))]
    report = last.passes[-1].report
    assert {job.name for job in report.jobs} == set(life.images)
    assert {job.sync for job in report.jobs} == {Sync.IN_SYNC}
    assert {job.health for job in report.jobs} <= {
        Health.NEVER_RAN,
        Health.SUCCEEDED,
        Health.RUNNING,
        Health.PENDING,
        Health.UNKNOWN,
    }
    pages = directory.aws.client("ecs").get_paginator("list_task_definition_families").paginate(status="ACTIVE")
    assert {family for page in pages for family in page["families"]} == set(life.images)
    twice = {key: count for key, count in directory.started().items() if count > 1}
    assert twice == {}


def test_memory_stays_flat_and_nothing_is_left_open(directory: Directory) -> None:
    for number in range(JOBS):
        name = f"job{number:03}"
        directory.write(**{name: scheduled(name, 'cron: "*/20 * * * *"') if number % 4 == 0 else on_demand(name)})
    stage = theatre(directory, interval=INTERVAL)
    files, counts = open_files(), []
    gc.freeze()  # what was there before is not counted: after thousands of tests, looking at it took a minute

    def measure() -> None:
        # what the test itself keeps is no memory of the loop
        stage.told.clear()
        gc.collect()
        counts.append(sum(is_ours(each) for each in gc.get_objects()))

    # looking through everything, the embedded AWS included, takes longer than the passes in between
    for minute in range(10, 60 * HOURS, max(60 * HOURS // 20, 5)):
        stage.script.at(minute * 60 - 1, measure, None)
    stage.run(HOURS * 3600)
    assert len(counts) >= 10
    assert max(counts) <= 1.05 * min(counts), counts
    assert open_files(at_most=files) <= files


def is_ours(value: object) -> bool:
    module = str(type(value).__module__)
    return module.startswith("reconciler.") and not module.startswith("reconciler.local")


def open_files(at_most: int = 0) -> int:
    """Count them; where there are more than `at_most`, the embedded AWS may still be letting go of what was closed."""
    gc.collect()
    serving = [each for each in threading.enumerate() if "process_request_thread" in each.name]
    while (count := len(list(Path("/proc/self/fd").iterdir()))) > at_most > 0 and serving:
        serving.pop().join(5)
    return count
