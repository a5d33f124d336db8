"""The clock that a pass and all its threads go by."""

import sys
import time
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

import pytest

from reconciler.clock import SystemClock


def test_whoever_looks_while_the_clock_is_set_sees_the_time_before_or_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop's clock was set an hour ago; no other thread may see that hour again."""
    start = time.monotonic()
    monkeypatch.setattr("reconciler.clock.time.clock_gettime", lambda _: start)
    clock = SystemClock()
    monkeypatch.setattr("reconciler.clock.time.clock_gettime", lambda _: start + 3600)
    before, seen = clock.now(), list[datetime]()

    def between_the_lines(frame: FrameType, _event: str, _: Any) -> Any:
        if frame.f_code is SystemClock.synchronise.__code__:
            seen.append(clock.now())
            return between_the_lines
        return None

    tracing = sys.gettrace()
    sys.settrace(between_the_lines)
    try:
        skew = clock.synchronise(before + timedelta(seconds=1))
    finally:
        sys.settrace(tracing)
    assert skew == timedelta(seconds=1)
    assert set(seen) == {before, before + skew}


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="the monotonic clock of this host counts its sleep")
def test_what_a_host_slept_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a loop would take what it saw before the lid was closed for a look of a moment ago, and launch on it."""
    clocks = {time.CLOCK_MONOTONIC: 5.0, time.CLOCK_BOOTTIME: 5.0}
    monkeypatch.setattr("reconciler.clock.time.clock_gettime", clocks.__getitem__)
    clock = SystemClock()
    before = clock.now()
    clocks[time.CLOCK_BOOTTIME] += 3600
    assert clock.now() - before == timedelta(hours=1)
