"""What the containers of runs wrote to CloudWatch."""

from datetime import datetime

from reconciler.aws import console, log_events
from reconciler.aws.log_events import LogEvent
from reconciler.aws.log_streams import LogStream
from reconciler.aws.session import Aws
from reconciler.errors import NotFound


class RunLogs:
    """The log streams of one account and Region."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def read(
        self, stream: LogStream, *, since: datetime | None = None, last: int | None = None
    ) -> tuple[LogEvent, ...]:
        """Answer a stream's events, oldest first, or its `last` ones. Raises NotFound that names what is missing."""
        if last is not None:
            return log_events.newest(self._aws, stream.group, stream.stream, last, since=since)
        return tuple(log_events.read(self._aws, stream.group, stream.stream, since=since))

    def page(self, stream: LogStream) -> str:
        """Answer the stream's page in AWS's console."""
        return console.log_page(stream, region=self._aws.region, partition=self._aws.partition)

    def tail(self, stream: LogStream, *, since: datetime | None = None) -> "StreamTail":
        """Answer what tells a stream's events as they come."""
        return StreamTail(self._aws, stream, since)


class StreamTail:
    """One stream that is followed; it appears when its container has written a first line."""

    def __init__(self, aws: Aws, stream: LogStream, since: datetime | None) -> None:
        self.stream = stream
        self._aws = aws
        self._since = since
        self._token: str | None = None

    def poll(self) -> tuple[LogEvent, ...]:
        """Answer what has come since the last time. Raises NotFound while there is no such stream."""
        events, self._token = log_events.read_on(
            self._aws, self.stream.group, self.stream.stream, token=self._token, since=self._since
        )
        return events

    def poll_quietly(self) -> tuple[LogEvent, ...]:
        """Answer what has come since the last time, nothing while there is no such stream."""
        try:
            return self.poll()
        except NotFound:
            return ()
