"""Instants as AWS tells them: CloudWatch Logs and Batch by numbers, all others by dates, which botocore makes local."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime.fromtimestamp(0, UTC)


def milliseconds(instant: datetime) -> int:
    """Answer AWS's number for an instant: milliseconds since the epoch."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def from_milliseconds(number: int) -> datetime:
    """Answer the instant of AWS's number, milliseconds since the epoch, in UTC."""
    return _EPOCH + timedelta(milliseconds=number)


def utc(date: datetime | None) -> datetime | None:
    """Answer a date in UTC; None where AWS told none."""
    return date.astimezone(UTC) if date is not None else None
