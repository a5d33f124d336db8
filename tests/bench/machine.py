"""On what, and when, something was measured."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path


def machine() -> str:
    """The machine and the day, in one line."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    load = os.getloadavg()[0]
    return f"{datetime.now(UTC):%Y-%m-%d}, {model}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []
