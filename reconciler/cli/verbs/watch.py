"""`reconcile --watch`, `reconcile watch`."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import AWS, DIRECTORY, GUARDS, LIMITS, MANIFESTS, SELECTION, SHOW_VALUES, VERBOSE
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode, UsageError

#: So many of the newest runs are shown.
_RUNS = 1000


@verb("watch", DIRECTORY, MANIFESTS, AWS, SELECTION, GUARDS, LIMITS, SHOW_VALUES, VERBOSE)
@click.option(
    "--interval",
    type=click.FloatRange(min=1),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Make a pass at the latest then, give or take a tenth.",
)
@click.option(
    "--pull",
    is_flag=True,
    help="Follow the upstream of DIR's git checkout: fetch and fast-forward at every interval, or say why not.",
)
@click.option(
    "--listen",
    metavar="HOST:PORT",
    help="Serve a live page, /status.json, /metrics, /healthz and /readyz there, read-only, as on 127.0.0.1:9180.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The token that callers must know; needed for any address but loopback.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the log on stderr is written.",
)
def command(
    invocation: Invocation, interval: float, pull: bool, listen: str | None, token_file: Path | None, log_format: str
) -> ExitCode:
    """Keep AWS matching the manifests in DIR until stopped.

    A pass comes at every changed file, at every due start, and at the latest after the interval; `reconcile --watch
    [DIR]` is the same. SIGTERM and SIGINT end it in order, runs go on; SIGHUP makes a pass at once.
    """
    from reconciler.cli import signals
    from reconciler.cli.notifying import Notifying
    from reconciler.cli.systemd import Notifier
    from reconciler.cli.watch_log import Log
    from reconciler.cli.watch_surroundings import Process
    from reconciler.cli.web import Listening
    from reconciler.engine.git_pull import Checkout
    from reconciler.engine.git_pull_thread import Puller
    from reconciler.engine.watch import Watch
    from reconciler.engine.watch_alarm import QueueAlarm, Wake
    from reconciler.engine.watch_events import Passed, PassFailed, Said, Stopped, Told
    from reconciler.engine.watch_files import FileEvents

    if token_file is not None and listen is None:
        raise UsageError("--listen is needed for --token-file")
    alarm = QueueAlarm()
    files = FileEvents(invocation.options.directory, alarm, lambda message: tell(Said(message=message)))
    process = Process(invocation, files)
    notifier = Notifier()

    def now() -> datetime:
        return invocation.clock.now()  # not before signals are handled: an embedded AWS of our own has threads

    log = Log(sys.stderr, now=now, scrub=process.scrub, as_json=log_format == "json")
    listeners: list[Callable[[Told], None]] = [log, notifier]
    passes = 0

    def tell(told: Told) -> None:
        nonlocal passes
        for listener in listeners:
            listener(told)
        if isinstance(told, Passed):
            passes = told.number
        if isinstance(told, Passed | PassFailed):
            process.rest()

    checkout = Checkout(invocation.options.directory, tree=process.tree)
    puller = Puller(checkout, alarm, interval=interval, tell=tell)

    def ask() -> None:
        puller.ask()
        alarm.ring(Wake.ASKED)

    def cut_short(why: str) -> None:
        log(Stopped(passes=passes, cut_short=why))

    with ExitStack() as held:
        held.enter_context(signals.handled(lambda: alarm.ring(Wake.STOP), ask, cut_short))
        held.callback(files.close)
        if listen is not None:
            server = Listening(listen, token_file, clock=invocation.clock, process=process, interval=interval)
            held.callback(server.close)
            listeners.insert(0, server)  # what the log says can be asked for already
            server.start()
            tell(Said(message=f"listening on {server.url}", warning=False))
        notifying = Notifying(process, invocation.clock, tell)
        held.callback(notifying.close)
        listeners.append(notifying)
        if pull:
            held.callback(puller.close)
            puller.start()
        watch = Watch(
            surroundings=process,
            alarm=alarm,
            clock=invocation.clock,
            limits=invocation.limits(),
            interval=interval,
            tell=tell,
            listen=lambda _: notifier.beat(),
            runs=0 if listen is None else _RUNS,
        )
        watch.run()
    return ExitCode.OK
