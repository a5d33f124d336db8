"""The long form: `python -m tests.fuzz [TARGET…] [--minutes M] [--processes N] [--seed N] [--case FILE]`."""

import argparse
import faulthandler
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.fuzz.case import Case
from tests.fuzz.targets import TARGETS, TURNS
from tests.fuzz.world import Found, World

#: A case that takes longer hangs: the process ends with where it stood, and leaves the case behind.
PATIENCE = 120.0


def main() -> int:
    """Fuzz until the time is over; say what was played and found, each finding with its file, and answer 1 if any."""
    told = _options()
    if told.processes > 1:
        return _together(told)
    names, played, found = told.target or list(TARGETS), Counter[str](), 0
    end = time.monotonic() + told.minutes * 60
    with tempfile.TemporaryDirectory() as directory, World(Path(directory)) as world:
        if told.case:
            if is_harmless(world, Case.read(told.case), told.case):
                _say("nothing that may not be")
                return 0
            return 1
        while time.monotonic() < end:
            for name in names:
                for _ in range(1 if told.seed is not None else TURNS[name]):
                    seed = told.first + played[name] * told.stride if told.seed is None else told.seed
                    case = TARGETS[name](world, Random(f"{name}/{seed}"))
                    played[name] += 1
                    found += not is_harmless(world, case, told.findings / f"{name}-{seed}.json")
            if told.seed is not None:
                break
    _say(json.dumps({"played": played, "found": found}))
    return 1 if found else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", choices=[*TARGETS, []], help="what is fuzzed (default: all in turn)")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, help="only this one, of each target")
    parser.add_argument("--case", type=Path, help="only what this file holds")
    parser.add_argument("--from", dest="first", type=int, default=1000, help="the first seed")
    parser.add_argument("--stride", type=int, default=1, help="from one seed to the next")
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"), help="where cases are left")
    told = parser.parse_args()
    told.findings = told.findings.absolute()
    told.case = told.case and told.case.absolute()
    return told


def is_harmless(world: World, case: Case, file: Path) -> bool:
    """Play a case; leave it in `file` if it brings about what must not be, or never ends."""
    kept = file.exists()
    file.parent.mkdir(exist_ok=True)
    file.write_text(case.dumps())
    faulthandler.dump_traceback_later(PATIENCE, exit=True, file=sys.__stderr__ or sys.stderr)
    try:
        world.play(case)
    except Found as error:
        _say(f"--- found by {file.stem}: python -m tests.fuzz --case {file}\n{error}")
        return False
    finally:
        faulthandler.cancel_dump_traceback_later()
    if not kept:
        file.unlink()
    return True


def _together(told: argparse.Namespace) -> int:
    """Let several processes fuzz at once, each with seeds of its own; say what they found and played in all."""
    command = [sys.executable, "-m", "tests.fuzz", *told.target, "--minutes", str(told.minutes)]
    command += ["--findings", str(told.findings), "--stride", str(told.processes)]
    children = [
        subprocess.Popen([*command, "--from", str(told.first + turn)], stdout=subprocess.PIPE, text=True)
        for turn in range(told.processes)
    ]
    played, found = Counter[str](), 0
    for child in children:
        said = child.communicate()[0].splitlines()
        try:
            last = json.loads(said[-1])
            played.update(last["played"])
            found += last["found"]
            said = said[:-1]
        except (IndexError, ValueError):
            found += 1
            said.append(f"--- a process ended with {child.returncode}: what it was at is in {told.findings}")
        for line in said:
            _say(line)
    counts = ", ".join(f"{count:,} of {name}" for name, count in played.items())
    _say(f"fuzz: {played.total():,} cases ({counts}), {found} found")
    return 1 if found else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}{os.linesep}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
