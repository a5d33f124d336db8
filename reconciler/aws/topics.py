"""Topics of Amazon SNS: publish."""

from collections.abc import Mapping

from reconciler.aws.session import Aws

#: The most characters of a subject (Publish, `Subject`): ASCII, and no line breaks.
_SUBJECT = 100


def publish(aws: Aws, arn: str, *, subject: str, message: str, attributes: Mapping[str, str]) -> None:
    """Send one message of at most 256 KiB; `attributes` are what subscriptions may filter by.

    Not idempotent: a repeated call may be delivered twice. Raises what :meth:`Aws.call` raises.
    """
    aws.call(
        "sns:Publish",
        TopicArn=arn,
        Subject=" ".join(subject.encode("ascii", "replace").decode().split())[:_SUBJECT],
        Message=message,
        MessageAttributes={
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items() if value
        },
    )
