"""`python -m tests.proof.mutants [NAME…]`: break the product on purpose, and see which test says so.

Each mutant is one change of one file, made in a copy of the project; the tests named beside it run until the first
fails. Exits with 1 where a mutant survives, or where what it changes is not there any more.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
COPIED = ("reconciler", "tests", "schemas", "pyproject.toml")
CRASHES, FAULTS, TWO = (f"tests/proof/test_{name}.py" for name in ("crash_points", "faults", "two_reconcilers"))
OWNERS, RELEASES = "tests/proof/test_owners.py", "tests/proof/test_releases.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A way to break the product: in `file`, `before` becomes `after`; `tests` are pytest's arguments."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        name="what others have announced is not read back",
        file="reconciler/engine/claims.py",
        before="    if claimed.began is not None and taken_in - claimed.began <= PROMPT:",
        after="    if True:",
        tests=("tests/engine/test_two_senders.py",),
    ),
    Mutant(
        name="whoever made the claim was the first to announce, however long it took",
        file="reconciler/engine/claims.py",
        before="    if claimed.began is not None and taken_in - claimed.began <= PROMPT:",
        after="    if claimed.began is not None:",
        tests=("tests/engine/test_two_senders.py", "-k", "disagree"),
    ),
    Mutant(
        name="a claim is taken over at once",
        file="reconciler/engine/claims.py",
        before="    while not record.events and (rest := until - clock.now()) > timedelta():",
        after="    while False and (rest := until - clock.now()) > timedelta():",
        tests=("tests/engine/test_two_senders.py", "-k", "disagree"),
    ),
    Mutant(
        name="a retry is claimed before it is recorded that it was asked for",
        file="reconciler/engine/retrying.py",
        before='    context.backends.ledger.record(memory.stream, {"event": "retried", "at": asked.isoformat()})\n',
        after="",
        tests=("tests/engine/test_two_senders.py", "-k", "retry"),
    ),
    Mutant(
        name="every sending of a launch has a token of its own",
        file="reconciler/core/run_keys.py",
        before="    return _hash(key.owner, key.job, key.trigger, str(key.attempt), str(key.part), length=64)",
        after="    import uuid\n\n    return uuid.uuid4().hex",
        tests=("tests/engine/test_crash_variants.py", "-k", "by_its_token"),
    ),
    Mutant(
        name="the parts of a launch share one token",
        file="reconciler/core/run_keys.py",
        before="str(key.attempt), str(key.part), length=64)",
        after="str(key.attempt), length=64)",
        tests=(CRASHES, "-k", "undisturbed"),
    ),
    Mutant(
        name="an announced launch is not looked for",
        file="reconciler/engine/sending.py",
        before="    found = _found(backend, launch, attempt.target) if resumed else ()",
        after="    found: tuple[str, ...] = ()",
        tests=("tests/engine/test_crash_variants.py",),
    ),
    Mutant(
        name="a part of a launch is taken for the whole",
        file="reconciler/engine/sending.py",
        before="or len(ids) >= launch.size:",
        after="or True:",
        tests=("tests/engine/test_partly_placed.py",),
    ),
    Mutant(
        name="what can no longer be known is sent again",
        file="reconciler/engine/sending.py",
        before="        return Forgotten()\n",
        after="        pass\n",
        tests=(CRASHES, "-k", "whenever and (70min or 25h)"),
    ),
    Mutant(
        name="a Batch job is submitted on somebody else's claim",
        file="reconciler/engine/sending.py",
        before="claimed = context.backends.ledger.claim(stream) is not None",
        after="claimed = context.backends.ledger.claim(stream) is not None or True",
        tests=("tests/engine/test_batch_at_most_once.py", "-k", "lags"),
    ),
    Mutant(
        name="a Batch job that another has just claimed is submitted under the next number",
        file="reconciler/engine/sending.py",
        before="        if record is None or context.clock.now() - record.created < SETTLED:",
        after="        if record is None:",
        tests=("tests/engine/test_batch_at_most_once.py", "-k", "lags"),
    ),
    Mutant(
        name="claims are kept by the process that makes them",
        file="reconciler/aws/ledger.py",
        before="        except AlreadyExists:\n            return None\n        return Claim(",
        after="        except AlreadyExists:\n            answer = {'ResponseMetadata': {'HTTPHeaders': {}}}\n"
        "        made = vars(Ledger.claim).setdefault('made', set())\n        if stream in made:\n            return None\n"
        "        made.add(stream)\n        return Claim(",
        tests=(TWO, "-k", "everything_once"),
    ),
    Mutant(
        name="a rule that was left half made is left so",
        file="reconciler/core/event_rule.py",
        before='_NOT_DRIFT: Final = ("Description",)',
        after='_NOT_DRIFT: Final = ("Description", "Targets", "ResourcePolicy")',
        tests=(CRASHES, "-k", "whenever"),
    ),
    Mutant(
        name="a Batch job whose answer was lost is not looked up",
        file="reconciler/engine/sending.py",
        before="        if found := _found(backend, launch, launch.target):\n            return Launched(ids=found)\n        raise",
        after="        raise",
        tests=(FAULTS, "-k", "lost"),
    ),
    Mutant(
        name="a refusal speaks for launches that others have under way",
        file="reconciler/core/memory.py",
        before='    if "announced" not in refusal:',
        after="    if True:",
        tests=("tests/engine/test_two_senders.py",),
    ),
    Mutant(
        name="a launch may rest on an old look at AWS",
        file="reconciler/engine/sending.py",
        before="        if now - self.seen_at > FRESH:",
        after="        if False:",
        tests=(FAULTS, "-k", "slow"),
    ),
    Mutant(
        name="tasks that AWS no longer lists have succeeded",
        file="reconciler/core/attempts.py",
        before="        states.append(RunState.UNKNOWN)",
        after="        states.append(RunState.SUCCEEDED)",
        tests=(CRASHES, "-k", "whenever and (70min or 25h)"),
    ),
    Mutant(
        name="an adopted one-shot is noted after its definition is ours",
        file="reconciler/core/plan.py",
        before="        rank = 0\n",
        after="        pass\n",
        tests=(CRASHES, "-k", "whenever and 1s"),
    ),
    Mutant(
        name="a definition goes before its schedule",
        file="reconciler/core/plan.py",
        before="        return (rank, schedules.order(step), step.job, step.name)",
        after="        return (99, schedules.order(step), step.job, step.name)",
        tests=(CRASHES, "-k", "undisturbed"),
    ),
    Mutant(
        name="what depends on a one-shot does not wait for it",
        file="reconciler/core/plan.py",
        before="if not _succeeded(shots.get(name))]",
        after="if False]",
        tests=(CRASHES, "-k", "undisturbed"),
    ),
    Mutant(
        name="an older checkout changes what is newer",
        file="reconciler/core/ownership.py",
        before="    return ours is not None and live is not None and live.sha != ours.sha and live.time > ours.time",
        after="    return False",
        tests=(TWO, "-k", "two_commits"),
    ),
    Mutant(
        name="an older checkout prunes what is newer",
        file="reconciler/core/prune.py",
        before="    newer = newer_than(commit, orphans, limits)",
        after="    newer: Mapping[str, Commit] = {}",
        tests=(TWO, "-k", "two_commits"),
    ),
    Mutant(
        name="expired credentials stop one job only",
        file="reconciler/engine/apply.py",
        before="        except CredentialsExpired:\n            raise\n",
        after="",
        tests=(FAULTS, "-k", "expired"),
    ),
    Mutant(
        name="a refused call is taken for done",
        file="reconciler/engine/apply.py",
        before="            return replace(step, status=Status.FAILED, error=str(error))\n        return",
        after="            return replace(step, status=Status.DONE)\n        return",
        tests=(FAULTS, "-k", "denied or long"),
    ),
    Mutant(
        name="an owner whose id begins as ours does is us",
        file="reconciler/engine/schedules.py",
        before="        if live.owner == owner:",
        after="        if live.owner.startswith(owner):",
        tests=(OWNERS,),
    ),
    Mutant(
        name="another owner's definition is ours",
        file="reconciler/core/ownership.py",
        before="    return revision.tags.get(OWNER)\n",
        after="    return (revision.tags.get(OWNER) or '').partition('.')[0] or None\n",
        tests=(OWNERS,),
    ),
    Mutant(
        name="the generation is hashed otherwise",
        file="reconciler/core/generation.py",
        before='"run": dict(job.run), "logs"',
        after='"run": dict(job.run), "once": True, "logs"',
        tests=(RELEASES,),
    ),
    Mutant(
        name="a definition is hashed otherwise and not compared",
        file="reconciler/core/digest.py",
        before="sort_keys=True",
        after="sort_keys=False",
        tests=(RELEASES,),
    ),
)


def main(names: list[str]) -> int:
    """Try the mutants whose names contain one of `names`, or all; print which test caught each."""
    survived = 0
    sys.stdout.write("| mutant | caught by |\n|---|---|\n")
    for mutant in MUTANTS:
        if not names or any(name in mutant.name for name in names):
            caught = _caught(mutant)
            survived += not caught
            sys.stdout.write(f"| {mutant.name} | {caught or 'SURVIVED'} |\n")
            sys.stdout.flush()
    return 1 if survived else 0


def _caught(mutant: Mutant) -> str:
    with tempfile.TemporaryDirectory() as directory:
        for name in COPIED:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, Path(directory) / name)
        file = Path(directory) / mutant.file
        text = file.read_text(encoding="utf-8")
        if text.count(mutant.before) != 1:
            sys.exit(f"{mutant.name}: what it changes is found {text.count(mutant.before)} times in {mutant.file}")
        file.write_text(text.replace(mutant.before, mutant.after), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.tests]
        environment = {**os.environ, "PYTHONPATH": directory, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    failed = re.findall(r"^(?:FAILED|ERROR) \S+::(test_\w+)", done.stdout, re.MULTILINE)
    return f"`{failed[0]}`" if failed else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
