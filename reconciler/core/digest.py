"""The digest of what is sent: the fast answer to "does this revision hold my manifest?"."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from reconciler.model import Spec

_VERSION = "d1"
_LENGTH = 32


def digest(spec: Spec) -> str:
    """Answer `d1-` and 32 hexadecimal digits that stand for a spec exactly as it is sent.

    No table takes part, so a better table never changes it; the order of members does not, that of lists does.
    Raises TypeError for what AWS could not be sent.
    """
    return f"{_VERSION}-{hashlib.sha256(_encoder().encode(spec).encode()).hexdigest()[:_LENGTH]}"


@cache
def _encoder() -> json.JSONEncoder:
    return json.JSONEncoder(
        sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_sendable
    )


def _sendable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    raise TypeError(f"digest: {type(value).__name__} cannot be sent to AWS")
