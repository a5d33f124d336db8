"""`reconcile local`: the embedded AWS in the foreground, until Ctrl-C or SIGTERM."""

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.errors import UsageError
from reconciler.local import policy
from reconciler.local import seed as seeding
from reconciler.local.connection import usage_errors
from reconciler.local.discovery import Running, leave_note, note_path, state_lock
from reconciler.local.embedded import LocalAws
from reconciler.local.iam import EVERYBODY
from reconciler.local.server import PortTakenError
from reconciler.local.world import DEFAULT_ACCOUNT, DEFAULT_REGION


def run(
    *,
    state: Path,
    seed: Path | None = None,
    account: str | None = None,
    region: str | None = None,
    clusters: Sequence[str] = (),
    policies: Sequence[Path] = (),
    port: int = 0,
    rate_limits: bool = False,
) -> None:
    """Answer until told to end; prints the variables that lead there to stdout, everything else to stderr.

    Raises UsageError in one line: a bad seed or policy, a port that is taken, a state file in use, not writable or not
    ours.
    """
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    try:
        aws = LocalAws(
            state=state,
            account=account or DEFAULT_ACCOUNT,
            region=region or DEFAULT_REGION,
            seed=seeding.load(seed) if seed is not None else None,
            clusters=clusters,
            port=port,
            rate_limits=rate_limits,
        )
        if policies:
            aws.policies.put(EVERYBODY, *(_policy(path) for path in policies))
        with usage_errors(state), state_lock(state, wait=0.0):
            aws.start()
            _announce(aws, state, seed)
            told.wait()
            note_path(state).unlink(missing_ok=True)
            aws.stop()
    except seeding.SeedError as error:
        raise UsageError(str(error)) from None
    except PortTakenError as error:
        raise UsageError(f"--port {port}: {error}", hint="leave --port out, any free port will do") from None


def _policy(path: Path) -> Mapping[str, Any]:
    """An IAM policy document of a file. Raises UsageError where it cannot be read or evaluated."""
    try:
        document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        policy.statements(document)
    except OSError as error:
        raise UsageError(f"--policy {path}: cannot be read ({error.strerror})") from None
    except (ValueError, TypeError) as error:
        raise UsageError(f"--policy {path}: {error}", hint="see docs/security.md") from None
    return document


def _announce(aws: LocalAws, state: Path, seed: Path | None) -> None:
    """Say where it answers: to people, to shells (`eval`), and to other commands on this machine."""
    for warning in aws.warnings:
        print(warning, file=sys.stderr)
    if seed is not None and not aws.fresh:
        print(f"{state} holds a world already: {seed} was not used", file=sys.stderr)
    running = Running(
        endpoint=aws.endpoint,
        token=aws.token,
        pid=os.getpid(),
        account=aws.account,
        region=aws.region,
        throttles=aws.limits.enforced,
    )
    leave_note(state, running)
    for name, value in running.environment.items():
        print(f"export {name}={value}")
    print(f"the embedded AWS answers at {aws.endpoint}, account {aws.account}, {aws.region}", file=sys.stderr)
    print(f"its state is kept in {state}; Ctrl-C ends it", file=sys.stderr)
    sys.stdout.flush()
