"""`reconcile init`."""

import os
import re
import shlex
from pathlib import Path
from typing import Final

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.new_files import made, modeline, refuse_existing, schema_beside, write_new
from reconciler.cli.options import DIRECTORY
from reconciler.cli.verb import verb
from reconciler.errors import ExitCode

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

    Writes the schema for editors beside it, Settings and one job into it; overwrites nothing.
    """
    from reconciler.manifests.schemas import bundle

    directory = invocation.options.directory
    first = modeline(directory)
    manifests = {
        directory / "settings.yaml": first + _SETTINGS.format(owner=_owner(directory), region=_region()),
        directory / "hello.yaml": first + _JOB,
    }
    refuse_existing(manifests, hint="name another directory")
    schema = schema_beside(directory)
    files = manifests if schema.exists() else {schema: bundle(), **manifests}
    with made(directory):
        for path, content in files.items():
            write_new(path, content)
            click.echo(f"wrote {path}")
    there = shlex.quote(str(directory))
    click.echo(f"now: reconcile validate {there} && reconcile --once --local --wait {there}", err=True)
    return ExitCode.OK


def _owner(directory: Path) -> str:
    """Answer an owner id after the project's directory."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", directory.resolve().parent.name).strip("-_")
    return name[:64] or "jobs"


def _region() -> str:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
