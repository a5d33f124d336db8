"""Everything that can go wrong, each with the exit code that a person's shell sees.

    ReconcilerError                     1   something failed
    ├── UsageError                      4   wrong flags, settings, credentials or account
    │   └── NoCredentials                   there are none, so AWS cannot be asked anything
    ├── ManifestError                   3   the manifests are invalid (carries every Problem)
    ├── Refused                         1   a guard said no; the message names the flag that lifts it
    ├── Interrupted                     1   the user or a time limit ended the wait; runs go on
    └── AwsCallError                    1   AWS said no, or did not say
        ├── NotFound                        the thing is definitely not there
        ├── AlreadyExists                   somebody (perhaps we) made it before
        ├── Conflict                        the idempotency token belongs to another request
        ├── Rejected                        a definite refusal; repeating it changes nothing
        ├── AccessDenied                    a definite refusal that names the missing action
        ├── CredentialsExpired              stops the whole pass
        ├── Throttled                       refused for now, after the SDK's own retries
        └── OutcomeUnknown                  5xx or no answer: it may have taken effect

Exit codes add up by severity: 4 over 3 over 1 over 2 over 0 (:func:`worst`).
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model import Problem


class ExitCode(IntEnum):
    """What the process says to its shell; `run --wait` alone answers with the container's own code."""

    OK = 0
    FAILED = 1
    DIFFERENT = 2
    INVALID = 3
    USAGE = 4


#: `run --wait` when a deadline or start timeout ended the run, and when there is no exit code at all.
RUN_TIMED_OUT = 124
RUN_WITHOUT_CODE = 125

_SEVERITY = (ExitCode.OK, ExitCode.DIFFERENT, ExitCode.FAILED, ExitCode.INVALID, ExitCode.USAGE)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Answer the one exit code that stands for several: 4 over 3 over 1 over 2 over 0."""
    return max(codes, key=_SEVERITY.index, default=ExitCode.OK)


class ReconcilerError(Exception):
    """A failure that is explained to the user in one line, never with a traceback."""

    exit_code: ExitCode = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} — {self.hint}" if self.hint else self.message


class UsageError(ReconcilerError):
    """Wrong flags, settings, credentials, account or region: nothing was attempted."""

    exit_code = ExitCode.USAGE


class NoCredentials(UsageError):
    """No credentials are to be found: nothing can be asked of AWS."""


class ManifestError(ReconcilerError):
    """The manifests are invalid; `problems` holds every one of them, sorted."""

    exit_code = ExitCode.INVALID

    def __init__(self, problems: Sequence["Problem"]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class Refused(ReconcilerError):
    """A guard stopped the work before anything was written; the hint names what lifts it."""


class Interrupted(ReconcilerError):
    """Waiting ended before the runs did; they go on."""


class AwsCallError(ReconcilerError):
    """AWS refused a call or did not answer it.

    `operation` is the API's own name (`RunTask`), `code` AWS's error code (`ClusterNotFoundException`), or the
    name of the transport's failure where there was no answer. `repeated` says that the SDK sent the call more than
    once, so that the refusal of the last proves nothing about the first.
    """

    repeated: bool = False

    def __init__(self, message: str, *, operation: str, code: str, hint: str = "") -> None:
        super().__init__(f"{operation}: {message} ({code})", hint=hint)
        self.operation = operation
        self.code = code
        self.detail = message


class NotFound(AwsCallError):
    """The thing that was asked for does not exist."""


class AlreadyExists(AwsCallError):
    """The thing that was to be made exists."""


class Conflict(AwsCallError):
    """The idempotency token was used for another request; `resource_ids` names what that one made."""

    def __init__(self, message: str, *, operation: str, code: str, resource_ids: Sequence[str] = ()) -> None:
        super().__init__(message, operation=operation, code=code)
        self.resource_ids = tuple(resource_ids)


class Rejected(AwsCallError):
    """AWS refused the request as such."""


class AccessDenied(AwsCallError):
    """The caller may not do this; the message names the action."""


class CredentialsExpired(AwsCallError):
    """The credentials are no longer valid: no further call can succeed."""


class Throttled(AwsCallError):
    """AWS refused the call for now, and went on refusing through the SDK's retries."""


class OutcomeUnknown(AwsCallError):
    """A server error or a lost answer: the call may have taken effect."""
