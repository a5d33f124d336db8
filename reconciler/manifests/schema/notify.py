"""The schema of Settings' `notify`: who is told what, and how."""

from reconciler.manifests.schema import words
from reconciler.manifests.schema.words import Schema
from reconciler.model.notify import Event


def notify() -> Schema:
    """Answer the schema of the list; each entry is a webhook or a topic."""
    properties = {
        "webhook": words.closed(
            "A URL that is sent a POST. It is never shown; keep it in a variable: ${{ SLACK_WEBHOOK_URL }}.",
            {
                "url": words.text(
                    "Where to. Empty: nobody is told, as with ${{ SLACK_WEBHOOK_URL:- }} where that is not set.",
                    pattern=r"^(https?://[!-~]+)?$",
                    expected="an http or https URL",
                ),
                "format": words.choice(
                    "json: one object, docs/watch.md shows it. slack: what Slack, Mattermost and others take.",
                    ["json", "slack"],
                    default="json",
                ),
                "headers": words.mapping(
                    "Headers to send, as Authorization; their values are never shown.",
                    words.text(pattern=r"^[ -~]*$", expected="printable ASCII"),
                    propertyNames=words.text(pattern=r"^[A-Za-z][A-Za-z0-9-]*$", expected="the name of a header"),
                ),
            },
            required=["url"],
        ),
        "sns": words.closed(
            "A topic of Amazon SNS, in the settings' region. The caller needs sns:Publish on it.",
            {
                "topicArn": words.text(
                    "The topic, a standard one.",
                    pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$",
                    expected="the ARN of a standard SNS topic",
                ),
                "format": words.choice(
                    "text: for people, as by e-mail. json: one object, as a webhook gets it.",
                    ["text", "json"],
                    default="text",
                ),
            },
            required=["topicArn"],
        ),
        "events": words.listing(
            "What is told, each once when it begins. Left out: all.",
            words.choice(
                "drift: AWS is another and nobody edited the manifest. runFailed: a run failed, or nobody can know."
                " passFailing: no pass can be made, a step fails, the manifests are invalid, or --pull cannot pull."
                " recovered: what was told is over.",
                [str(event) for event in Event],
            ),
            minItems=1,
        ),
        "jobs": words.listing(
            "Only of these jobs: names with *, as in nightly-*. What is about no single job is told all the same.",
            words.text(minLength=1),
            minItems=1,
        ),
    }
    entry = words.closed("Somebody who is told.", properties, **words.exactly_one_of("webhook", "sns"))
    return words.listing(
        "Who is told by a loop that drift was found, a run failed, a pass fails, or that it has recovered.", entry
    )
