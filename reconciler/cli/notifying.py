"""Settings' `notify` beside the loop: what is news goes to whoever the settings name at that time."""

import threading
from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from reconciler.cli.watch_surroundings import Process
from reconciler.clock import Clock
from reconciler.engine.watch_events import Said, Told
from reconciler.model import Severity
from reconciler.model.notify import Notify, Webhook

if TYPE_CHECKING:
    from reconciler.notify.courier import Courier
    from reconciler.notify.news import Notice

#: Seconds that what waits may still take when the loop ends, all targets together.
_FAREWELL: Final = 3.0


class Notifying:
    """Hears what the loop tells, and has it brought by a courier for each target; nothing waits for them."""

    def __init__(self, process: Process, clock: Clock, tell: Callable[[Told], None]) -> None:
        from reconciler.notify.news import News

        self._process = process
        self._tell = tell
        self._news = News(owner=self._owner, present=process.presentable, now=clock.now)
        self._lock = threading.Lock()
        self._couriers: list[tuple[Notify, Courier]] = []
        self._known = False

    def __call__(self, told: Told) -> None:
        """Take note of what the loop tells."""
        notices = self._news.of(told)
        if not notices:
            return
        with self._lock:
            self._renew()
            for notify, courier in self._couriers:
                for notice in notices:
                    if (wanted := _wanted(notify, notice)) is not None:
                        courier.put(wanted)

    def close(self) -> None:
        """Bring what waits, as far as that takes no more than a few seconds."""
        for _, courier in self._couriers:
            courier.end()
        for _, courier in self._couriers:
            courier.join(_FAREWELL / len(self._couriers))

    def _renew(self) -> None:
        """Have a courier for each target that the settings name; while the directory is broken, those from before."""
        manifests = self._process.manifests
        if manifests is None:
            return
        if self._known and any(problem.severity is Severity.ERROR for problem in manifests.problems):
            return
        wanted, before = manifests.settings.notify, self._couriers
        self._couriers = [pair for pair in before if pair[0] in wanted]
        for notify, courier in before:
            if notify not in wanted:
                courier.end()
        there = [notify for notify, _ in self._couriers]
        self._couriers += [(notify, self._courier(notify)) for notify in wanted if notify not in there]
        self._known = True

    def _courier(self, notify: Notify) -> "Courier":
        from reconciler.notify import topic, webhook
        from reconciler.notify.courier import Courier

        def say(message: str) -> None:
            self._tell(Said(message=message))

        if isinstance(notify.to, Webhook):
            return Courier(webhook.name(notify.to), webhook.WebhookSender(notify.to), say)
        sender = topic.TopicSender(notify.to, self._process.writing_session)
        return Courier(topic.name(notify.to), sender, say, finish=sender.close)

    def _owner(self) -> str:
        manifests = self._process.manifests
        return manifests.settings.owner if manifests is not None else ""


def _wanted(notify: Notify, notice: "Notice") -> "Notice | None":
    """Answer the part of a notice that a target wants to be told; None where that is nothing."""
    if notice.event not in notify.events:
        return None
    if not notice.jobs or not notify.jobs:
        return notice
    jobs = tuple(news for news in notice.jobs if any(fnmatchcase(news.job.name, glob) for glob in notify.jobs))
    return replace(notice, jobs=jobs) if jobs else None
