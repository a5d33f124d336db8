"""prefect-aws's comparison of a written definition with a live one beside ours, on pairs whose truth is documented."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.core.diff import compare
from reconciler.core.normalise import equal
from reconciler.kinds.task_definition_rules import RULES
from tests.bench.compare import described, microseconds, written
from tests.bench.peers.pairs import PAIRS, Pair
from tests.bench.process import ended, outside

_DRIVER: Final = Path(__file__).parent / "drivers" / "prefect_compare.py"
_TYPICAL: Final = Pair(
    name="a job and its log router, as AWS describes them", written=written(), live=described(), same=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a pair was called the same, and the microseconds of processor time that it took to say so."""

    same: bool
    taken: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One pair. `same` is the truth, `leaves` how long we take to say which leaves differ, in microseconds."""

    pair: str
    same: bool
    theirs: Verdict
    ours: Verdict
    leaves: float


def comparisons(python: Path) -> list[Comparison]:
    """Compare every pair, with the prefect-aws that `python` has. Raises RuntimeError where it has none that works."""
    pairs = (*PAIRS, _TYPICAL)
    asked = json.dumps([[pair.written, pair.live] for pair in pairs])
    done = ended([str(python), str(_DRIVER)], environment=outside({}), given=asked)
    if done.code:
        raise RuntimeError(f"prefect-aws: exit {done.code}\n{done.errors[-2000:]}")
    theirs = [Verdict(same=same, taken=taken) for same, taken in json.loads(done.printed.splitlines()[-1])]
    return [_comparison(pair, said) for pair, said in zip(pairs, theirs, strict=True)]


def table(lines: Sequence[Comparison]) -> list[str]:
    """Answer the lines to print."""
    theirs = sum(line.theirs.same is line.same for line in lines)
    ours = sum(line.ours.same is line.same for line in lines)
    return [
        f"{'comparing a pair':52}{'prefect-aws':>28}{'reconcile':>22}{'':4}with its leaves",
        *(_row(line) for line in lines),
        f"{'right':52}{f'{theirs} of {len(lines)}':>28}{f'{ours} of {len(lines)}':>22}",
    ]


def _comparison(pair: Pair, theirs: Verdict) -> Comparison:
    return Comparison(
        pair=pair.name,
        same=pair.same,
        theirs=theirs,
        ours=Verdict(
            same=equal(pair.written, pair.live, RULES),
            taken=microseconds(lambda: equal(pair.written, pair.live, RULES), 200),
        ),
        leaves=microseconds(lambda: compare(pair.written, pair.live, RULES), 200),
    )


def _row(line: Comparison) -> str:
    theirs, ours = (_said(verdict, same=line.same) for verdict in (line.theirs, line.ours))
    return f"{line.pair:52}{theirs:>28}{ours:>22}{line.leaves:10.0f} µs"


def _said(verdict: Verdict, *, same: bool) -> str:
    wrong = "WRONG: false alarm" if same else "WRONG: unseen"
    return f"{'right' if verdict.same is same else wrong} {verdict.taken:6.0f} µs"
