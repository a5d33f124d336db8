"""The request that launches a run, held against the schema of the call: what `--overrides` and patches make of it."""

from collections.abc import Mapping
from typing import Any

from reconciler.manifests import schemas, tree
from reconciler.manifests.drafts import DIALECTS


def misfits(kind: str, request: Mapping[str, Any]) -> tuple[str, ...]:
    """Answer what is wrong with the members that a request has, each with its path; others may be missing yet.

    A count may be any: a run of more tasks than one call starts takes several.
    """
    call = {member: value for member, value in request.items() if member != "count"}
    faults = dict.fromkeys(fault for fault in schemas.check(DIALECTS[kind].request, call) if fault.path)
    return tuple(f"{tree.show(fault.path)}: {fault.message}" for fault in faults)


def coerced(kind: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer a request that fits as AWS is sent it: numbers as text where text is wanted, and the other way round."""
    sent: Mapping[str, Any] = schemas.coerce(DIALECTS[kind].request, dict(request))
    return sent
