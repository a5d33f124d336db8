"""Notices as loops make them."""

from datetime import UTC, datetime

from reconciler.model import FieldChange, Health, JobReport, Source, Sync
from reconciler.model.notify import Event
from reconciler.notify.news import JobNews, Notice

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def job(name: str, text: str, *changes: FieldChange) -> JobNews:
    source = Source(file="jobs.d/report.yaml", line=3)
    report = JobReport(
        name=name, kind="EcsJob", sync=Sync.IN_SYNC, health=Health.NEVER_RAN, source=source, changes=changes
    )
    return JobNews(job=report, text=text)


def notice(*jobs: JobNews, event: Event = Event.DRIFT, text: str = "") -> Notice:
    return Notice(
        event=event,
        owner="team",
        region="eu-west-1",
        account="111111111111",
        commit="c0ffee" * 6,
        at=NOW,
        text=text,
        jobs=jobs,
    )
