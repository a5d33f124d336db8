"""`run.patches`: RFC 6902 on the final request."""

from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.model import Job, Spec


def apply(job: Job, request: Spec) -> Spec:
    """Answer the request with the job's patches applied in order; raise ReconcilerError where one does not fit."""
    patches = job.run.get("patches")
    if not patches:
        return request
    import jsonpatch

    try:
        patched: dict[str, Any] = jsonpatch.apply_patch(dict(request), [dict(step) for step in patches])
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
        where = job.sources.get(("spec", "run", "patches"), job.source)
        raise ReconcilerError(f"{where}: spec.run.patches: {error}", hint="paths are those of `render`") from error
    return patched
