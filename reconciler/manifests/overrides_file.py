"""`--overrides FILE`: AWS's own members for one run, read and checked as a manifest is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from reconciler.errors import UsageError
from reconciler.manifests import files, yaml12
from reconciler.manifests.launch_requests import coerced, misfits
from reconciler.model import ABSENT

#: For each kind the member of its launch request that the file holds; None: members of it.
_MEMBERS: Final[Mapping[str, str | None]] = {"EcsJob": "overrides", "BatchJob": None}


def read_overrides(path: Path, kind: str) -> Mapping[str, Any]:
    """Answer the members in a JSON or YAML file, as AWS is sent them. Raises UsageError that names every fault."""
    text = files.read(path, str(path), encodings=files.ANY_UNICODE)
    documents = yaml12.read(text.text, str(path)) if text.problem is None else ()
    problems = [text.problem] if text.problem is not None else [each for found in documents for each in found.problems]
    if problems:
        raise UsageError("\n".join(f"--overrides: {problem}" for problem in problems))
    body = documents[0].value if len(documents) == 1 else ABSENT
    if not isinstance(body, dict):
        raise UsageError(f"--overrides: {path}: expected one mapping")
    member = _MEMBERS[kind]
    request = {member: body} if member is not None else body
    if wrong := misfits(kind, request):
        raise UsageError("\n".join(f"--overrides: {path}: {each}" for each in wrong))
    sent = coerced(kind, request)
    found: Mapping[str, Any] = sent[member] if member is not None else sent
    return found
