"""Pages of AWS's console that people are sent to."""

from typing import Final
from urllib.parse import quote

from reconciler.aws.log_streams import LogStream

#: The console's domain by partition, where it is not the usual one.
_DOMAINS: Final = {
    "aws-cn": "console.amazonaws.cn",
    "aws-eusc": "console.amazonaws-eusc.eu",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def log_page(stream: LogStream, *, region: str, partition: str) -> str:
    """Answer the page of a log stream; names in its fragment are quoted twice, the second time with `$` for `%`."""
    host = f"{region}.{_DOMAINS.get(partition, 'console.aws.amazon.com')}"
    group, name = (quote(quote(text, safe=""), safe="").replace("%", "$") for text in (stream.group, stream.stream))
    return f"https://{host}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{group}/log-events/{name}"
