"""Real task definitions, end to end: registered, silent on the second pass, pruned by half.

Needs the corpus (`RECONCILER_CORPUS`, or `shared/corpus` beside the checkout); the project's own cases in
`tests/data` stand in for it where it is absent.
"""

import json
import os
from pathlib import Path

import pytest

from reconciler.errors import Refused
from reconciler.manifests import LoadRequest, load
from reconciler.model import Action, Manifests, Severity, Status, Sync
from tests.engine.harness import Directory

CORPUS = Path(os.environ.get("RECONCILER_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")

SETTINGS = """
    apiVersion: reconciler/v1
    kind: Settings
    metadata: {name: corpus}
    spec: {region: eu-west-1, prune: {enabled: true, maxDeletions: 5}}
"""


def definitions() -> dict[str, object]:
    """Answer the definitions by a name that a job may have; a family of its own for each, as versions share theirs."""
    found: dict[str, object] = {}
    for number, path in enumerate(sorted((CORPUS / "written").glob("*.json"))):
        body = json.loads(path.read_text())
        name = f"job-{number:03}"
        if isinstance(body.get("taskDefinition"), dict):
            body = body["taskDefinition"]
        found[name] = {**body, "family": name}
    return found


@pytest.fixture
def corpus(directory: Directory) -> Directory:
    if not (CORPUS / "written").is_dir():
        pytest.skip("the corpus of real definitions is not here")
    directory.write(settings=SETTINGS)
    for name, body in definitions().items():
        (directory.path / f"{name}.td.json").write_text(json.dumps(body))
        (directory.path / f"{name}.yaml").write_text(
            f"apiVersion: reconciler/v1\nkind: EcsJob\nmetadata: {{name: {name}}}\n"
            f"spec: {{taskDefinitionFile: {name}.td.json}}\n"
        )
    return directory


def accepted(directory: Directory) -> Manifests:
    """Take away every manifest that is refused offline; each refusal says the line of the definition's file."""
    manifests = load(directory.path, LoadRequest())
    errors = [problem for problem in manifests.problems if problem.severity is Severity.ERROR]
    for problem in errors:
        assert problem.source is not None
        assert problem.source.line > 0, problem
        remove(directory, Path(problem.source.file).name.split(".")[0])
    return manifests


def remove(directory: Directory, name: str) -> None:
    for suffix in ("yaml", "td.json"):
        (directory.path / f"{name}.{suffix}").unlink(missing_ok=True)


def test_real_definitions_are_registered_once_and_never_again(corpus: Directory) -> None:
    total = len(definitions())
    jobs = len(accepted(corpus).jobs)
    assert jobs >= total * 0.7, f"only {jobs} of {total} are accepted"
    first = corpus.once()
    refused = [step for step in first.steps if step.error]
    assert refused == [], [f"{step.name}: {step.error}" for step in refused]
    assert sum(step.action is Action.CREATE and step.status is Status.DONE for step in first.steps) == jobs
    second = corpus.once()
    assert [step.name for step in second.steps if step.action is not Action.KEEP] == []
    assert {job.sync for job in corpus.drift().jobs} == {Sync.IN_SYNC}

    for name in [job.name for job in second.jobs][::2]:
        remove(corpus, name)
    gone = (jobs + 1) // 2
    blocked = corpus.once()
    assert [str(problem) for problem in blocked.problems if "maxDeletions" in problem.message] == [
        f"{gone} jobs would be deleted (maxDeletions 5), so none is (--max-deletions {gone} lifts it)"
    ]
    pruned = corpus.once(max_deletions=gone)
    assert sum(step.action is Action.DELETE and step.status is Status.DONE for step in pruned.steps) == gone
    assert len(corpus.drift().jobs) == jobs - gone

    for job in pruned.jobs:
        remove(corpus, job.name)
    with pytest.raises(Refused, match="--allow-empty lifts it"):
        corpus.once()
