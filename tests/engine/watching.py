"""Loops over a directory and an embedded AWS, on a virtual clock: nothing waits, and what happens is written down."""

import contextlib
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reconciler.aws.session import Aws
from reconciler.core.ownership import Commit
from reconciler.engine import Limits
from reconciler.engine.watch import Watch
from reconciler.engine.watch_alarm import Wake
from reconciler.engine.watch_directory import Reader
from reconciler.engine.watch_events import Passed, Told
from reconciler.manifests import LoadRequest, load
from reconciler.manifests.recollection import Recollection
from reconciler.model import Manifests, Settings
from tests.engine.harness import REGION, Directory, MortalAws, Mortality, VirtualClock


@dataclass(slots=True)
class Scene:
    """Something that happens at an instant, and what it rings."""

    at: datetime
    act: Callable[[], object]
    wake: Wake | None


class Script:
    """An alarm on the virtual clock, and everything that happens while a loop waits: the end is a STOP."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._scenes: list[Scene] = []
        self._rung: set[Wake] = set()
        self.begin = clock.now()
        self.waits = 0
        self.stopped = False

    def at(self, seconds: float, act: Callable[[], object], wake: Wake | None = Wake.FILES) -> None:
        """Let something happen `seconds` after the beginning; a file event follows unless told otherwise."""
        self._scenes.append(Scene(self.begin + timedelta(seconds=seconds), act, wake))
        self._scenes.sort(key=lambda scene: scene.at)

    def ring(self, wake: Wake) -> None:
        self.stopped = self.stopped or wake is Wake.STOP
        self._rung.add(wake)

    def wait(self, seconds: float) -> Collection[Wake]:
        self.waits += 1
        end = self._clock.now() + timedelta(seconds=max(seconds, 0.0))
        while not self._rung and self._scenes and self._scenes[0].at <= end:
            scene = self._scenes.pop(0)
            self._clock.sleep(max((scene.at - self._clock.now()).total_seconds(), 0.0))
            scene.act()
            if scene.wake is not None:
                self._rung.add(scene.wake)
        if not self._rung:
            self._clock.sleep(max((end - self._clock.now()).total_seconds(), 0.0))
        rung, self._rung = self._rung, set()
        return rung


@dataclass(slots=True, kw_only=True)
class Host:
    """The process of a loop: reads the directory as the command line does, and may die at a call."""

    directory: Directory
    clock: VirtualClock
    mortality: Mortality = field(default_factory=Mortality)
    sessions: int = 0
    updates: int = 0
    reader: Reader | None = None
    readings: int = 0
    recollection: Recollection = field(default_factory=Recollection)

    def update(self) -> None:
        self.updates += 1

    def read(self, *, anew: bool) -> tuple[Commit | None, Manifests]:
        if self.reader is None:
            self.reader = Reader(self.directory.path, self._load)
        commit = self.directory.commit
        return commit, self.reader.manifests(state=str(commit), anew=anew)

    def _load(self) -> Manifests:
        self.readings += 1
        return load(self.directory.path, LoadRequest(), self.recollection)

    def session(self, settings: Settings) -> Aws:
        self.sessions += 1
        environment = self.directory.aws.environment
        return MortalAws(self.mortality, environment=environment, region=REGION, clock=self.clock)

    def lock(self, settings: Settings) -> AbstractContextManager[object]:
        return contextlib.nullcontext()


@dataclass(slots=True, kw_only=True)
class Theatre:
    """A loop, what it told, and the tasks that were ever started."""

    directory: Directory
    host: Host
    script: Script
    watch: Watch
    told: list[Told]

    @property
    def passes(self) -> list[Passed]:
        return [event for event in self.told if isinstance(event, Passed)]

    def others(self) -> list[Told]:
        """Answer everything that was told besides passes."""
        return [event for event in self.told if not isinstance(event, Passed)]

    def seconds(self) -> list[float]:
        """Answer when each pass began, in seconds after the beginning."""
        return [round((each.report.started - self.script.begin).total_seconds(), 1) for each in self.passes]

    def run(self, seconds: float) -> None:
        """Let the loop run for that long."""
        self.script.at(seconds, self.watch.stop, None)
        try:
            self.watch.run()
        finally:
            self.directory.look()


def theatre(directory: Directory, *, interval: float = 60.0, runs: int = 0, **limits: object) -> Theatre:
    """Answer a loop over `directory` that has not begun."""
    clock = VirtualClock(directory.aws)
    host, script = Host(directory=directory, clock=clock), Script(clock)
    told: list[Told] = []
    watch = Watch(
        surroundings=host,
        alarm=script,
        clock=clock,
        limits=Limits(**limits),  # type: ignore[arg-type]
        interval=interval,
        tell=told.append,
        runs=runs,
        spread=lambda: 1.0,
    )
    return Theatre(directory=directory, host=host, script=script, watch=watch, told=told)
