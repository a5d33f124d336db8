"""What is said of an AWS error: one line, with the permission or path that matters, and no value of the request."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

NO_CREDENTIALS_HINT: Final = "name a profile (--profile, AWS_PROFILE), set AWS_ACCESS_KEY_ID, or sign in: aws sso login"
SOURCES_HINT: Final = "see the AWS_ variables and the profile in ~/.aws/config and ~/.aws/credentials"
REGION_HINT: Final = "name one by --region, AWS_REGION or Settings' spec.region"

MASK: Final = "***"
#: Members under which every text may be a secret (DESIGN §3), in the spellings of ECS, Batch and Scheduler.
_SECRET_BELOW: Final = frozenset(
    {"environment", "env", "options", "parameters", "overrides", "containerOverrides", "command", "entryPoint", "args"}
    | {"Input", "message"}
)
#: Members that only name things, there as elsewhere.
_NAMES: Final = frozenset({"name", "type"})
_SHORTEST_SECRET: Final = 3
#: Variables by which a run is told its job, its key and its time: they stand in the open everywhere else.
_OURS: Final = "RECONCILER_"

#: AWS's validators repeat values: `Value 'x' at 'y' failed to satisfy constraint: …` (all JSON protocols).
_ECHO = re.compile(r"\b[Vv]alue '.*?' at '", re.DOTALL)
_DENIED = re.compile(
    r"User: (?P<user>\S+) is not authorized to perform: (?P<action>[\w:-]+)"
    r"(?: on resource: (?P<resource>\S+))?(?P<why>.*)",
    re.DOTALL,
)
#: The policies that bound what the caller's own allow; that those lack something goes without saying.
_BOUNDARIES: Final = (
    "service control policy",
    "resource control policy",
    "permissions boundary",
    "session policy",
    "VPC endpoint policy",
    "resource-based policy",
)
_EXPLICIT: Final = re.compile(r"an explicit deny(?: in an? [\w -]*?(?:policy|boundary))?")
#: botocore.validate: every kind of fault, without the value it repeats.
_PARAMETER_FAULTS: Final[Sequence[tuple[re.Pattern[str], str]]] = (
    (re.compile(r'^Missing required parameter in (\S+): "(.*)"$'), r"\1: \2 is missing"),
    (re.compile(r'^Unknown parameter in (\S+): "([^"]*)", must be one of: .*$'), r"\1: unknown member \2"),
    (re.compile(r"^Invalid type for parameter (\S+), value:.*, valid types: (.*)$"), r"\1: expected \2"),
    (re.compile(r"^Invalid (length|range) for parameter (\S+), value:.*$"), r"\2: \1 out of bounds"),
    (re.compile(r"^Invalid (\w+) (?:for|in) (?:parameter )?(\S+?)[,:].*$"), r"\2: invalid \1"),
)
_PYTHON_TYPE = re.compile(r"<class '(?:\w+\.)*(\w+)'>")
#: A page in place of AWS's answer, as proxies and load balancers send it.
_PAGE = re.compile(r"\s*<(?:!doctype html|html)\b.*", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_CLOCK = re.compile(r"signature (expired|not yet current)|too skewed|request (has )?expired", re.IGNORECASE)


def masked(message: str, members: Mapping[str, Any]) -> str:
    """Answer AWS's message on one line, without the values that the request held where secrets may be."""
    text = _ECHO.sub("value at '", " ".join(_PAGE.sub(_page_title, message).split()))
    for secret in sorted(
        {" ".join(secret.split()) for secret in _secrets(members, below=False)}, key=len, reverse=True
    ):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    return text


def _page_title(page: re.Match[str]) -> str:
    title = _TITLE.search(page[0])
    return f"an HTML page{f': {title[1]}' if title else ''}"


def _secrets(value: Any, *, below: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        if str(value.get("name", "")).startswith(_OURS):
            return
        for key, member in value.items():
            if not (below and key in _NAMES):
                yield from _secrets(member, below=below or key in _SECRET_BELOW)
    elif isinstance(value, str):
        if below:
            yield value
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for element in value:
            yield from _secrets(element, below=below)


def denial(action: str, message: str) -> str:
    """Name the action that is missing, on what, for whom, and the kind of policy that denies it if AWS tells."""
    match = _DENIED.search(message)
    if match is None:
        return f"{action} is not allowed: {message}"
    resource = f" on {match['resource']}" if match["resource"] else ""
    explicit = _EXPLICIT.search(match["why"])
    denied_by = explicit[0] if explicit else next((kind for kind in _BOUNDARIES if kind in match["why"]), "")
    why = f" (by {denied_by})" if denied_by else ""
    return f"{match['action']} is not allowed{resource} for {match['user']}{why}"


def parameter_faults(report: str) -> str:
    """Answer botocore's validation report as paths and reasons, without the values that it repeats."""
    faults = [fault for line in report.splitlines() if (fault := _parameter_fault(line))]
    return "; ".join(faults) or "the request does not fit the API's shape"


def _parameter_fault(line: str) -> str:
    for pattern, said in _PARAMETER_FAULTS:
        if match := pattern.match(line):
            fault = _PYTHON_TYPE.sub(r"\1", match.expand(said))
            return fault.removeprefix("input: ").removeprefix("input.")
    return ""


def credentials_hint(code: str, message: str) -> str:
    """Say what helps against credentials that AWS does not take (any more)."""
    if _CLOCK.search(message) or code == "RequestTimeTooSkewed":
        return "this host's clock is wrong: AWS takes signatures of the last five minutes only"
    if code.startswith("ExpiredToken"):
        return "get new credentials (aws sso login, or assume the role again) and run the same command"
    return NO_CREDENTIALS_HINT
