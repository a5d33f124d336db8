"""`reconcile init`."""

import os
import re
from pathlib import Path
from typing import Final

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import DIRECTORY
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode, UsageError

_SCHEMA: Final = Path(".reconciler/manifest.schema.json")
_MODELINE: Final = "# yaml-language-server: $schema={schema}\n"
_SETTINGS: Final = """\
apiVersion: reconciler/v1
kind: Settings
metadata: {{name: {owner}}}            # the owner id: what is registered from here carries it
spec:
  region: {region}
  # accountId: "111111111111"        # refuse to act in any other account
  cluster: default
  prune: {{enabled: true}}             # a manifest that goes away takes its definition with it
"""
_JOB: Final = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: hello}
spec:
  taskDefinition:
    requiresCompatibilities: [FARGATE]
    networkMode: awsvpc
    cpu: 256
    memory: 512
    containerDefinitions:
      - name: main
        image: public.ecr.aws/docker/library/busybox:1.37
        command: [echo, hello]
  run: {launchType: FARGATE}         # in the default VPC, as no other is named
  once: {}                           # runs one time, and again when it changes
"""


@verb("init", DIRECTORY)
def command(invocation: Invocation) -> ExitCode:
    """Start a directory of manifests.

    Writes the schema for editors, Settings and one job; overwrites nothing.
    """
    from reconciler.manifests.schemas import bundle

    directory = invocation.options.directory
    schema = directory.parent / _SCHEMA
    modeline = _MODELINE.format(schema=os.path.relpath(schema, directory))
    files = {
        schema: bundle(),
        directory / "settings.yaml": modeline + _SETTINGS.format(owner=_owner(directory), region=_region()),
        directory / "hello.yaml": modeline + _JOB,
    }
    if existing := [str(path) for path in files if path.exists()]:
        raise UsageError(f"{', '.join(existing)}: exists, and nothing is overwritten", hint="name another directory")
    for path, content in files.items():
        _write(path, content)
        click.echo(f"wrote {path}")
    click.echo(f"now: reconcile validate {directory} && reconcile --once --local --wait {directory}", err=True)
    return ExitCode.OK


def _owner(directory: Path) -> str:
    """Answer an owner id after the project's directory."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", directory.resolve().parent.name).strip("-_")
    return name[:64] or "jobs"


def _region() -> str:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


def _write(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
