"""What botocore raises → the tree of :mod:`reconciler.errors`.

The class says what may be done next: a definite refusal is not repeated, an unknown outcome is looked up before it is.
botocore has already retried what can be retried when an error arrives here.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from reconciler.aws import error_text, unreadable
from reconciler.aws.error_codes import classify
from reconciler.aws.unreadable import Unreadable
from reconciler.errors import (
    AccessDenied,
    AwsCallError,
    Conflict,
    CredentialsExpired,
    NoCredentials,
    OutcomeUnknown,
    ReconcilerError,
    Rejected,
    UsageError,
)

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError


#: How Python's HTTP client refuses a header.
_UNSENDABLE: Final = "Invalid header value"
_LOG: Final = logging.getLogger(__name__)


@contextmanager
def calling(action: str, members: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Map what botocore raises in the block to our errors; `action` is `ecs:RunTask`.

    Python's own errors are mapped where botocore raised them at what it was given to read; any other is a bug, and goes
    on. No message repeats a value of `members` that may be secret: see :mod:`reconciler.aws.error_text`.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        mapped = _from_answer(action, error, members or {})
        mapped.repeated = bool(error.response.get("ResponseMetadata", {}).get("RetryAttempts"))
        raise mapped from None
    except BotoCoreError as error:
        raise _without_answer(action, error) from None
    except (ResponseParserError, *unreadable.ERRORS) as error:
        what = Unreadable.ANSWER if isinstance(error, ResponseParserError) else unreadable.stumbled(error)
        if what is None:
            raise
        _LOG.debug("%s: %s cannot be read", action, what.value, exc_info=error)
        raise _unreadable(action, what, error) from None


def _unreadable(action: str, what: Unreadable, error: Exception) -> ReconcilerError:
    code, line = type(error).__name__, " ".join(str(error).split())
    match what:
        case Unreadable.ANSWER:
            said = "the answer is none of AWS's: see --endpoint-url, or what stands between here and AWS"
            return OutcomeUnknown(said, operation=action.partition(":")[2], code=code)
        case Unreadable.CREDENTIALS | Unreadable.SETTINGS:
            return UsageError(f"{what.value} cannot be read: {line} ({code})", hint=error_text.SOURCES_HINT)


def _from_answer(action: str, error: "ClientError", members: Mapping[str, Any]) -> AwsCallError:
    answer: Mapping[str, Any] = error.response
    details = answer.get("Error", {})
    code, said = str(details.get("Code") or "Unknown"), str(details.get("Message") or "")
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)
    message = error_text.masked(said, members) or "AWS gave no reason"
    operation = action.partition(":")[2]
    kind = classify(action, code, said, status)
    if kind is AccessDenied:
        return AccessDenied(error_text.denial(action, message), operation=operation, code=code)
    if kind is Conflict:
        ids = [str(each) for each in answer.get("resourceIds") or ()]
        return Conflict(message, operation=operation, code=code, resource_ids=ids)
    hint = error_text.credentials_hint(code, message) if kind is CredentialsExpired else ""
    return kind(message, operation=operation, code=code, hint=hint)


def _without_answer(action: str, error: "BotoCoreError") -> ReconcilerError:
    from botocore import exceptions as botocore

    operation, code, line = action.partition(":")[2], type(error).__name__, " ".join(str(error).split())
    match error:
        case botocore.ParamValidationError():
            faults = error_text.parameter_faults(str(error.kwargs.get("report", "")))
            return Rejected(faults, operation=operation, code=code)
        case botocore.NoCredentialsError():
            return NoCredentials(f"AWS credentials — {line}", hint=error_text.NO_CREDENTIALS_HINT)
        case botocore.PartialCredentialsError() | botocore.CredentialRetrievalError():
            return UsageError(f"AWS credentials — {line}", hint=error_text.NO_CREDENTIALS_HINT)
        case botocore.SSOError() | botocore.LoginError() | botocore.TokenRetrievalError() | botocore.NoAuthTokenError():
            return CredentialsExpired(line, operation=operation, code=code, hint="sign in again: aws sso login")
        case botocore.ProfileNotFound():
            return UsageError(f"profile: {line}", hint="see --profile and AWS_PROFILE")
        case botocore.NoRegionError() | botocore.InvalidRegionError() | botocore.UnknownRegionError():
            return UsageError(f"region: {line}", hint=error_text.REGION_HINT)
        case botocore.HTTPClientError() if _UNSENDABLE in line:  # it repeats the header: a signature, a token
            return UsageError("AWS credentials — a key or token holds a line break", hint=error_text.SOURCES_HINT)
        case botocore.ConnectionError() | botocore.HTTPClientError() | botocore.IncompleteReadError():
            return OutcomeUnknown(line, operation=operation, code=code)
        case _:
            return UsageError(f"AWS settings: {line}")
