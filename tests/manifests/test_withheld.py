"""What a manifest of a pull request may not read."""

from pathlib import Path

from reconciler.manifests import LoadRequest, load

JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: job}
spec:
  taskDefinition: {containerDefinitions: [{name: main, memory: 64, image: "app:${{ NAME }}"}]}
  run: {launchType: EC2}
"""


def test_a_pipelines_credentials_are_kept_from_manifests(tmp_path: Path) -> None:
    (tmp_path / "jobs.d").mkdir()
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "CI_JOB_TOKEN"):
        (tmp_path / "jobs.d" / "job.yaml").write_text(JOB.replace("NAME", name))
        found = load(tmp_path / "jobs.d", LoadRequest(os_environment={name: "canary"}))
        assert f"the variable {name} is not set" in found.problems[0].message
        assert "kept from manifests" in found.problems[0].hint
        assert not load(tmp_path / "jobs.d", LoadRequest(variables={name: "on-purpose"})).problems
