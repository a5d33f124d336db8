"""The schedules of EventBridge Scheduler: observe, put, delete.

A list tells neither expression nor target, so every schedule is asked for by itself; what was asked for before is known
by its date of modification and not asked again.
"""

import contextlib
import threading
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from reconciler.aws.concurrent import all_of
from reconciler.aws.instants import utc
from reconciler.aws.session import Aws
from reconciler.aws.unmodelled import parted
from reconciler.core import ownership
from reconciler.core.live_schedules import LiveSchedule
from reconciler.errors import AlreadyExists, NotFound
from reconciler.model import Resource

#: ListSchedules gives at most so many.
_PAGE: Final = 100
#: GetSchedule's members that CreateSchedule has not.
_TOLD_ONLY: Final = frozenset({"Arn", "CreationDate", "LastModificationDate", "ResponseMetadata"})
_Key = tuple[str, str]


class Schedules:
    """The schedules of one account and Region; safe to use from several threads."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._lock = threading.Lock()
        self._known: dict[_Key, LiveSchedule] = {}

    @property
    def partition(self) -> str:
        """The partition that targets are in, as in ARNs."""
        return self._aws.partition

    def observe(self, groups: Collection[str]) -> tuple[LiveSchedule, ...]:
        """Answer every schedule of some groups; a group that does not exist has none."""
        listed = [entry for group in sorted(groups) for entry in self._listed(GroupName=group)]
        found = self._all(listed)
        there = {(live.group, live.name) for live in found}
        with self._lock:  # what is gone from these groups; a loop runs for years
            self._known = {key: live for key, live in self._known.items() if key in there or key[0] not in groups}
        return found

    def named(self, name: str) -> tuple[LiveSchedule, ...]:
        """Answer the schedules of exactly this name, in whatever group."""
        return self._all([entry for entry in self._listed(NamePrefix=name) if entry["Name"] == name])

    def put(self, resource: Resource, *, exists: bool, owner: str) -> None:
        """Make a schedule, or replace it whole; its group is made where there is none."""
        spec = dict(resource.spec)
        if exists:
            with contextlib.suppress(NotFound):
                self._aws.call("scheduler:UpdateSchedule", **spec)
                return
        try:
            self._create(spec)
        except NotFound:
            self._make_group(str(spec["GroupName"]), owner)
            self._create(spec)

    def delete(self, group: str, name: str) -> None:
        """Take a schedule away; one that is gone stays so."""
        with contextlib.suppress(NotFound):
            self._aws.call("scheduler:DeleteSchedule", GroupName=group, Name=name)

    def _create(self, spec: Mapping[str, Any]) -> None:
        """Make a schedule; one that was made since we looked, as by an answer that was lost, is replaced if it is ours.

        Raises AlreadyExists where it is not.
        """
        try:
            self._aws.call("scheduler:CreateSchedule", **spec)
        except AlreadyExists:
            found = self._get((str(spec["GroupName"]), str(spec["Name"])))
            wanted = LiveSchedule(group=str(spec["GroupName"]), name=str(spec["Name"]), spec=spec)
            if found is None or (found.owner, found.job) != (wanted.owner, wanted.job):
                raise
            self._aws.call("scheduler:UpdateSchedule", **spec)

    def _make_group(self, name: str, owner: str) -> None:
        with contextlib.suppress(AlreadyExists):
            tags = [{"Key": ownership.OWNER, "Value": owner}]
            self._aws.call("scheduler:CreateScheduleGroup", Name=name, Tags=tags)

    def _listed(self, **narrowed: str) -> Iterator[Mapping[str, Any]]:
        with contextlib.suppress(NotFound):
            for answer in self._aws.pages("scheduler:ListSchedules", MaxResults=_PAGE, **narrowed):
                yield from answer.get("Schedules", ())

    def _all(self, listed: Collection[Mapping[str, Any]]) -> tuple[LiveSchedule, ...]:
        modified = {(str(each["GroupName"]), str(each["Name"])): utc(each["LastModificationDate"]) for each in listed}
        with self._lock:
            known = {key: self._known[key] for key in modified if key in self._known}
        asked = [key for key in sorted(modified) if key not in known or known[key].modified != modified[key]]
        for key, found in zip(asked, all_of(self._get, asked), strict=True):
            known.pop(key, None)
            if found is not None:
                known[key] = found
        with self._lock:
            self._known |= known
        return tuple(known[key] for key in sorted(known))

    def _get(self, key: _Key) -> LiveSchedule | None:
        group, name = key
        try:
            told = self._aws.call("scheduler:GetSchedule", GroupName=group, Name=name)
        except NotFound:
            return None  # deleted since it was listed
        known, _ = parted(told)
        spec = {member: value for member, value in known.items() if member not in _TOLD_ONLY}
        return LiveSchedule(group=group, name=name, spec=spec, modified=utc(told.get("LastModificationDate")))
