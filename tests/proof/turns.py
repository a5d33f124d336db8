"""Reconcilers at work on one account at the same time, one call at a time: whose turn it is, and who is killed at it.

Everything follows from a seed: the order of the calls, which call a process is killed before or after, how long nobody
comes after that. In some seeds one process goes on for hundreds of calls while the others wait, in others all go on
abreast; in some the time passes while calls are under way, in others only while everybody sleeps.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from reconciler.local.dispatch import Dropped
from reconciler.model import Report
from tests.proof.doubt import Doubt
from tests.proof.laboratory import Laboratory
from tests.proof.messages import Asks, Ends, Order, Said, Sleeps, Told
from tests.proof.processes import Process, Processes
from tests.proof.transport import dispatched

#: For how many calls one goes on, on average, before the turn passes to whoever chance names.
_STRETCHES: Final = (1, 4, 30, 200)
#: How often a sleeper wakes up while a call of another is under way.
_NAPS: Final = (0.0, 0.005, 0.05)
#: Seconds until a process that was killed is followed by the next, and until anybody comes where all were killed.
_SOON: Final = (1.0, 30.0, 600.0)
_GAPS: Final = (1.0, 3000.0, 4200.0, 90_000.0)
#: How many passes a loop is given: a launch that nobody can finish any more is Unknown after 55 minutes.
PASSES: Final = 75
#: How often a kill is that of everybody.
_OUTAGES: Final = 0.3


@dataclass(slots=True, kw_only=True)
class _Seat:
    """Whose turn it may be: a process, or the one that will follow it at `due`; `said` is what it waits with."""

    name: str
    order: Order
    due: float
    lives: int = 0
    rests: int = 0
    process: Process | None = None
    said: Said | None = None
    report: Report | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has nothing left to do: it has ended, or is a loop after a pass that found nothing to do."""
        resting = isinstance(self.said, Sleeps) and self.said.passed is not None and self.said.passed.over
        return resting or isinstance(self.said, Ends)


class Turns:
    """Lets processes take turns on the laboratory's AWS."""

    def __init__(self, laboratory: Laboratory, processes: Processes) -> None:
        self._laboratory = laboratory
        self._processes = processes
        self.begin(0)

    def begin(self, seed: int) -> None:
        """Start afresh; whose turns they were is forgotten."""
        self._chance = random.Random(seed)
        self._stretch = self._chance.choice(_STRETCHES)
        self._nap = self._chance.choice(_NAPS)
        self._favoured = ""
        self.doubt = Doubt(laboratory=self._laboratory)
        self.order: list[str] = []
        self.kills: list[str] = []
        self.lives: dict[str, int] = {}
        #: From when until when nobody could do anything: all were killed, or in the middle of a call that took so long.
        self.standstills: list[tuple[float, float]] = []

    def rehearse(self, order: Order) -> None:
        """Let the nursery do what the processes will be ordered to."""
        self.play({"nursery": replace(order, rehearsal=True)})

    def plan_kills(self, calls: Mapping[str, int], at_most: int) -> None:
        """Choose some calls before or after which whoever makes them is killed; `calls` says how many there are."""
        for _ in range(self._chance.randint(0, at_most)):
            action = self._chance.choice(sorted(calls))
            effect = self._chance.choice(("kill_before", "kill_after"))
            self._laboratory.aws.faults.add(action, effect, skip=self._chance.randrange(calls[action]))

    def play(self, orders: Mapping[str, Order]) -> dict[str, Report]:
        """Let a process of each name do what it is ordered to, at the same time, and answer what each reports."""
        now = self._laboratory.aws.now()
        seats = [_Seat(name=name, order=order, due=now) for name, order in orders.items()]
        try:
            while not all(seat.is_over for seat in seats):
                self._go_on(self._next(seats), seats)
        finally:
            for seat in seats:
                self._end(seat)
        return {seat.name: seat.report for seat in seats if seat.report is not None}

    def _next(self, seats: list[_Seat]) -> _Seat:
        """Choose who goes on; time passes where that one sleeps."""
        now = self._laboratory.aws.now()
        left = [seat for seat in seats if not isinstance(seat.said, Ends)]
        awake = [seat for seat in left if isinstance(seat.said, Asks) or seat.due <= now]
        asleep = [seat for seat in left if seat not in awake]
        if asleep and (not awake or self._chance.random() < self._nap):
            chosen = min(asleep, key=lambda seat: seat.due)
            self._laboratory.aws.advance(chosen.due - now)
            if all(isinstance(seat.said, Asks) for seat in left if seat.process is not None):
                self.standstills.append((now, chosen.due))
            if self.kills:
                self.doubt.look()
            return chosen
        favoured = next((seat for seat in awake if seat.name == self._favoured), None)
        if favoured is None or self._chance.random() < 1 / self._stretch:
            favoured = self._chance.choice(awake)
            self._favoured = favoured.name
        return favoured

    def _go_on(self, seat: _Seat, seats: list[_Seat]) -> None:
        if seat.process is None:
            seat.lives += 1
            self.lives[seat.name] = self.lives.get(seat.name, 0) + 1
            order = replace(seat.order, chance=f"{self._chance.random()}")
            seat.process = self._processes.start(order, self._laboratory.aws.now())
        elif isinstance(seat.said, Asks):
            self.order.append(seat.name)
            with self._laboratory.aws.lock():
                answer = dispatched(self._laboratory.aws, seat.said.request)
            if isinstance(answer, Dropped) and answer.kill is not None:
                self._kill(seat, seats)
                return
            seat.process.tell(Told(now=self._laboratory.aws.now(), answer=answer))
        else:
            seat.process.tell(Told(now=self._laboratory.aws.now()))
        self._hear(seat)

    def _hear(self, seat: _Seat) -> None:
        assert seat.process is not None
        seat.said = seat.process.hear()
        if isinstance(seat.said, Sleeps):
            seat.due = self._laboratory.aws.now() + seat.said.seconds
        if isinstance(seat.said, Sleeps | Ends) and seat.said.passed is not None:
            seat.report = seat.said.passed.report
            seat.rests += 1
            assert seat.rests < PASSES * seat.lives, f"{seat.name} still has something to do: {seat.report}"
        if isinstance(seat.said, Ends):
            seat.process = None

    def _kill(self, seat: _Seat, seats: list[_Seat]) -> None:
        """Kill whoever makes a call, or everybody, and say when the next comes."""
        everybody = self._chance.random() < _OUTAGES
        due = self._laboratory.aws.now() + self._chance.choice(_GAPS if everybody else _SOON)
        self.kills.append(f"{seat.name} at call {len(self.order)}" + (", with everybody" if everybody else ""))
        for each in seats if everybody else [seat]:
            if not isinstance(each.said, Ends):
                self._end(each)
                each.due = due

    @staticmethod
    def _end(seat: _Seat) -> None:
        if seat.process is not None:
            seat.process.kill()
        seat.process = None
        if not isinstance(seat.said, Ends):
            seat.said = None
