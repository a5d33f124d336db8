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
        patched: Any = jsonpatch.apply_patch(dict(request), [dict(step) for step in patches])
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
        raise misfit(job, str(error), hint="paths are those of `render`") from error
    if not isinstance(patched, dict):
        raise misfit(job, "what is left of the request is no mapping")
    return patched


def misfit(job: Job, message: str, hint: str = "") -> ReconcilerError:
    """Answer what to raise where the patches make something that cannot be sent."""
    where = job.sources.get(("spec", "run", "patches"), job.source)
    return ReconcilerError(f"{where}: spec.run.patches: {message}", hint=hint)
