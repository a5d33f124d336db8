"""What reading manifests may import: a command's start is a person's time."""

import subprocess
import sys
from pathlib import Path

JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: hello}
spec:
  taskDefinition: {containerDefinitions: [{name: main, image: busybox, memory: 64}]}
"""


def imported(program: str, *arguments: str) -> set[str]:
    show = "\nimport sys\nprint(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program + show, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_package_alone_imports_no_yaml() -> None:
    heavy = {"yaml", "jsonschema", "boto3", "botocore", "deepdiff", "moto", "reconciler.manifests.directory"}

    assert imported("import reconciler.manifests") & heavy == set()


def test_reading_valid_manifests_imports_nothing_for_aws_or_for_errors(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(JOB)
    program = """
import sys
from pathlib import Path
from reconciler.manifests import LoadRequest, load
assert load(Path(sys.argv[1]), LoadRequest()).problems == ()
"""

    assert imported(program, str(tmp_path)) & {"jsonschema", "boto3", "botocore", "deepdiff", "moto", "rich"} == set()
