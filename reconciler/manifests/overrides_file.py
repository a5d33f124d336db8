"""`--overrides FILE`: AWS's own members for one run, read and checked as a manifest is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from reconciler.errors import UsageError
from reconciler.manifests import files, schemas, tree, yaml12
from reconciler.model import ABSENT

#: For each kind the schema of its launch request, and the member of it that the file holds; None: members of it.
_REQUESTS: Final[Mapping[str, tuple[str, str | None]]] = {
    "EcsJob": ("run-task", "overrides"),
    "BatchJob": ("submit-job", None),
}


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
    schema, member = _REQUESTS[kind]
    request = {member: body} if member is not None else body
    faults = dict.fromkeys(fault for fault in schemas.check(schema, request) if fault.path)
    if faults:
        said = (f"{path}: {tree.show(fault.path)}: {fault.message}" for fault in faults)
        raise UsageError("\n".join(f"--overrides: {line}" for line in said))
    coerced = schemas.coerce(schema, request)
    found: Mapping[str, Any] = coerced[member] if member is not None else coerced
    return found
