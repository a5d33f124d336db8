"""Where the fuzzing happens: a directory, an account that was lived in, and the command line over both."""

import contextlib
import copy
import io
import os
import shutil
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self
from unittest import mock

from reconciler.cli.program import run
from reconciler.local import LocalAws
from reconciler.local.embedded import environment
from tests.cli import permissions
from tests.cli.command_line import Answer
from tests.cli.permissions import ACCOUNT, REGION
from tests.engine.harness import VirtualClock

CODES = frozenset({0, 1, 2, 3, 4})


class Found(AssertionError):
    """Something that no input may bring about."""


class World:
    """One embedded AWS and one directory; `again` puts both back as they were. A context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.aws = LocalAws(clock="manual", account=ACCOUNT, region=REGION, seed={"clusters": ["default"]})
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
        held.enter_context(mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: None)))
        held.enter_context(contextlib.chdir(self.path))
        self.write()
        assert self.reconcile("--once", "--wait").code == 0
        with self.aws.lock():
            self._state = copy.deepcopy(self.aws.world.dump())
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def write(self) -> None:
        """Write the manifests."""
        shutil.rmtree("jobs.d", ignore_errors=True)
        permissions.write(Path("jobs.d"))

    def again(self) -> None:
        """Put the account and the directory back as they were after the first pass."""
        with self.aws.lock():
            self.aws.world.load(copy.deepcopy(self._state))
            self.aws.crashes.clear()
        self.write()

    def reconcile(self, *arguments: str) -> Answer:
        """Run one command line; raise Found on a traceback or an exit code that is not the contract's."""
        out, err = io.StringIO(), io.StringIO()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = int(run(arguments))
        except Exception:  # noqa: BLE001 - any exception at all is what is looked for
            raise Found(f"reconcile {' '.join(arguments)}\n{traceback.format_exc()}") from None
        if code not in CODES or "Traceback" in out.getvalue() + err.getvalue():
            raise Found(f"reconcile {' '.join(arguments)}: exit code {code}\n{out.getvalue()}{err.getvalue()}")
        return Answer(code=code, out=out.getvalue(), err=err.getvalue())

    @contextlib.contextmanager
    def answering(self, change: Any) -> Iterator[None]:
        """Let `change(service, operation, body)` have the body of every answer before it is read."""
        from reconciler.aws.wire import Wire

        watch = Wire.watch

        def watched(wire: Wire, client: Any, prefix: str) -> None:
            def before(response_dict: dict[str, Any], operation_model: Any, **_: object) -> None:
                response_dict["body"] = change(prefix, operation_model.name, response_dict["body"])

            client.meta.events.register("before-parse", before)
            watch(wire, client, prefix)

        with mock.patch.object(Wire, "watch", watched):
            yield
