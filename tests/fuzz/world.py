"""Where the fuzzing happens: a directory, an account that was lived in, and the command line over both."""

import contextlib
import copy
import io
import json
import os
import shutil
import traceback
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, Self
from unittest import mock

from reconciler.cli.program import run
from reconciler.errors import ExitCode
from reconciler.local import LocalAws
from reconciler.local.dispatch import Dropped
from reconciler.local.embedded import environment
from reconciler.local.wire import Answer as Wired
from reconciler.local.wire import Request
from tests.cli import permissions
from tests.cli.command_line import Answer
from tests.cli.permissions import ACCOUNT, REGION
from tests.engine.harness import VirtualClock
from tests.fuzz.case import Case
from tests.fuzz.kept_clients import kept_clients
from tests.proof.transport import dispatched, wired

CODES = frozenset({0, 1, 2, 3, 4})
#: The verbs that change something, and what calls that change nothing begin with.
_WRITING = frozenset({"--once", "apply", "run", "retry", "stop", "suspend", "resume"})
_READS = ("Assume", "Describe", "Filter", "Get", "List", "Simulate")
#: What stays in the directory from one case to the next.
_OURS = frozenset({"world", "cache", "pristine"})


class Found(AssertionError):
    """Something that no input may bring about."""


class World:
    """One embedded AWS and one directory; `again` puts both back as they were. A context manager.

    The directory stands in one of its own, so that `..` finds nothing of the machine's.
    """

    def __init__(self, above: Path) -> None:
        self.path = above / "world"
        self.aws = LocalAws(clock="manual", account=ACCOUNT, region=REGION, seed={"clusters": ["default"]})
        #: How often each action was called since `again`.
        self.made: Counter[str] = Counter()
        #: What every call was answered with since `again`.
        self.told: list[tuple[str, Wired]] = []
        self._case = Case(commands=())
        self._held = contextlib.ExitStack()
        self._state: dict[str, Any] = {}

    def __enter__(self) -> Self:
        held = self._held
        held.enter_context(self.aws)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GITHUB_"))}
        kept |= environment(self.aws.endpoint, ACCOUNT, REGION)
        kept |= {"XDG_CACHE_HOME": str(self.path / "cache"), "RECONCILER_LOCAL_STATE": str(self.path / "state.json")}
        held.enter_context(mock.patch.dict(os.environ, kept, clear=True))
        held.enter_context(mock.patch("reconciler.cli.invocation.SystemClock", return_value=VirtualClock(self.aws)))
        held.enter_context(wired(self._sent, self.aws.endpoint, self.aws.world.uuid))
        held.enter_context(kept_clients())
        # as in a process of its own, whatever the case before has used up
        held.enter_context(mock.patch("botocore.retries.quota.RetryQuota.acquire", return_value=True))
        self.path.mkdir()
        held.enter_context(contextlib.chdir(self.path))
        permissions.write(Path("jobs.d"))
        assert self.reconcile("--once", "--wait").code == 0
        assert self.reconcile("plan").code == 0
        shutil.copytree("cache", "pristine")
        self._state = copy.deepcopy(self.aws.world.dump())
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def again(self) -> None:
        """Put the account, the directory and the cache back as they were after the first passes."""
        self.aws.world.load(copy.deepcopy(self._state))
        self.aws.crashes.clear()
        self.aws.calls.clear()
        self._case = Case(commands=())
        self.made.clear()
        self.told.clear()
        for left in (*Path().iterdir(), *Path("..").iterdir()):
            if left.name not in _OURS:
                shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
        shutil.rmtree("cache", ignore_errors=True)
        shutil.copytree("pristine", "cache")
        permissions.write(Path("jobs.d"))

    def play(self, case: Case) -> None:
        """Do what a case says to the world as it was in the beginning; raise Found where that must not be."""
        expected: list[Any] = []
        if case.harmless:
            self.again()
            expected = [_lasting(self.reconcile(*command)) for command in case.commands]
        self.again()
        self._prepare(case)
        found = [_lasting(self.reconcile(*command)) for command in case.commands]
        if case.harmless and found != expected:
            raise Found(f"{case.commands}\nsay {found}\nexpected {expected}")
        self._case = Case(commands=())
        if self.aws.crashes:
            raise Found("\n".join(str(crash) for crash in self.aws.crashes))

    def _prepare(self, case: Case) -> None:
        for name, content in case.files.items():
            path = Path(name)
            if content is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        logs = self.aws.client("logs") if case.events else None
        for event in case.events:
            assert logs is not None
            line = {"timestamp": int(self.aws.now() * 1000), "message": event.message}
            logs.put_log_events(logGroupName=event.group, logStreamName=event.stream, logEvents=[line])
        self.made.clear()
        self._case = case

    def reconcile(self, *arguments: str) -> Answer:
        """Run one command line.

        Raises Found on a traceback, an exit code that is not the contract's, and where something is changed by a verb
        that only reads, or although the manifests are invalid.
        """
        out, err = io.StringIO(), io.StringIO()
        before = self.made.copy()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = int(run(arguments))
        except Exception:  # noqa: BLE001 - any exception at all is what is looked for
            raise Found(f"reconcile {' '.join(arguments)}\n{traceback.format_exc()}") from None
        if code not in CODES or "Traceback" in out.getvalue() + err.getvalue():
            raise Found(f"reconcile {' '.join(arguments)}: exit code {code}\n{out.getvalue()}{err.getvalue()}")
        written = [action for action in self.made - before if not action.partition(":")[2].startswith(_READS)]
        if written and (code == ExitCode.INVALID or not _WRITING & set(arguments)):
            raise Found(f"reconcile {' '.join(arguments)}: exit code {code}, and calls {', '.join(written)}")
        return Answer(code=code, out=out.getvalue(), err=err.getvalue())

    def text(self, path: str) -> str:
        """Answer what stands in a file of the directory."""
        return (self.path / path).read_text()

    def _sent(self, request: Request) -> Wired | Dropped:
        """Answer what a call is told: AWS's answer, or what the case has in its place."""
        with self.aws.lock():
            answer = dispatched(self.aws, request)
            action = self.aws.calls.newest.name
        assert isinstance(answer, Wired), "nothing here cuts a connection"
        self.made[action] += 1
        self.told.append((action, answer))
        for told in self._case.answers:
            if told.meets(action, self.made[action]):
                headers = {**answer.headers, **told.headers}
                return replace(answer, status=told.status, body=told.body, headers=headers)
        return answer


def _lasting(answer: Answer) -> Any:
    """Answer what a command says but for when it was asked."""
    try:
        told = json.loads(answer.out)
    except ValueError:
        return answer
    return answer.code, {member: value for member, value in told.items() if member not in {"started", "seconds"}}
