"""A notice as a message of an SNS topic; subscriptions may filter by `event` and `owner`."""

from collections.abc import Callable

from reconciler.aws import topics
from reconciler.aws.session import Aws
from reconciler.errors import AwsCallError, CredentialsExpired, OutcomeUnknown, ReconcilerError, Throttled
from reconciler.model.notify import Topic
from reconciler.notify.courier import NotSent
from reconciler.notify.messages import as_json, as_text, summary
from reconciler.notify.news import Notice


class TopicSender:
    """Publishes notices to one topic, with a session of its own that `connect` makes."""

    def __init__(self, topic: Topic, connect: Callable[[], Aws]) -> None:
        self._topic = topic
        self._connect = connect
        self._aws: Aws | None = None

    def __call__(self, notice: Notice) -> None:
        """Send one notice. Raises NotSent."""
        try:
            if self._aws is None:
                self._aws = self._connect()
            topics.publish(
                self._aws,
                self._topic.arn,
                subject=summary(notice),
                message=as_json(notice) if self._topic.format == "json" else as_text(notice),
                attributes={"event": str(notice.event), "owner": notice.owner},
            )
        except ReconcilerError as error:
            if not isinstance(error, AwsCallError) or isinstance(error, CredentialsExpired):
                self.close()
            again = isinstance(error, CredentialsExpired | OutcomeUnknown | Throttled)
            raise NotSent(str(error), again=again) from None

    def close(self) -> None:
        """Close the session."""
        if self._aws is not None:
            self._aws.close()
            self._aws = None


def name(topic: Topic) -> str:
    """Answer what a topic is called in the log."""
    return f"the topic {topic.arn.rpartition(':')[2]}"
