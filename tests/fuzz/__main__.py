"""The long form: `python -m tests.fuzz [TARGET…] [--minutes M] [--seed N]`."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.fuzz.targets import TARGETS
from tests.fuzz.world import Found, World


def main() -> int:
    """Fuzz until the time is over; print what was found, each with its seed, and answer 1 if anything was."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", choices=[*TARGETS, []], help="what is fuzzed (default: all in turn)")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, help="only this one, of each target")
    parser.add_argument("--from", dest="first", type=int, default=1000)
    told = parser.parse_args()
    names = told.target or list(TARGETS)
    end, seed, done, found = time.monotonic() + told.minutes * 60, told.first, Counter[str](), 0
    with tempfile.TemporaryDirectory() as directory, World(Path(directory)) as world:
        while time.monotonic() < end:
            for name in names:
                number = seed if told.seed is None else told.seed
                world.again()
                done[name] += 1
                try:
                    TARGETS[name](world, Random(f"{name}/{number}"))
                except Found as error:
                    found += 1
                    _say(f"--- {name} --seed {number}\n{error}")
            if told.seed is not None:
                break
            seed += 1
    _say(f"{dict(done)}: {found} found")
    return 1 if found else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
