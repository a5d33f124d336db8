"""The manifests that this repository ships with."""

from reconciler.manifests import LoadRequest, load
from reconciler.model import Once
from tests.manifests.conftest import CHECKOUT


def test_the_examples_are_valid_without_any_credentials() -> None:
    manifests = load(CHECKOUT / "jobs.d", LoadRequest())

    assert manifests.problems == ()
    assert manifests.origin == "jobs.d"
    assert {job.name: type(job.trigger) for job in manifests.jobs} == {
        "after-hello": Once,
        "hello": Once,
        "toolbox": type(None),
    }
