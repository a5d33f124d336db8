"""The request of one run, put together in the one way that both engines of a schedule use."""

from reconciler.core import run_keys
from reconciler.engine.context import Context
from reconciler.errors import ReconcilerError
from reconciler.kinds.kind import Kind
from reconciler.kinds.patch import misfit
from reconciler.model import Job, RunKey, Spec


def run_request(context: Context, job: Job, definition: Spec, main: str | None, key: RunKey) -> Spec:
    """Answer what is sent for a run of `key`: looked up, told its variables, patched, and checked.

    Raises ReconcilerError where AWS would refuse it, or where what it needs cannot be looked up.
    """
    kind = context.kind(job)
    request = context.backends.runs[job.kind].complete(kind.run_request(job, definition), definition)
    request = kind.told(request, definition, main, run_keys.told(job.name, key))
    if job.run.get("patches"):
        request = _patched(kind, job, request)
    if faults := tuple(kind.faults(request, definition)):
        raise ReconcilerError(f"{job.source}: run: {'; '.join(faults)}")
    return request


def _patched(kind: Kind, job: Job, request: Spec) -> Spec:
    """Answer the request patched: what the patches put into it was not checked with the manifest."""
    from reconciler.manifests import launch_requests

    patched = kind.patched(job, request)
    if wrong := launch_requests.misfits(job.kind, patched):
        raise misfit(job, "; ".join(wrong), hint="`render` shows what they make")
    return launch_requests.coerced(job.kind, patched)
