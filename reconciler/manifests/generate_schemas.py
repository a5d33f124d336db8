"""Write `schemas/*.schema.json` from the installed botocore's service models and the envelope in this package.

`python -m reconciler.manifests.generate_schemas` writes them; with `--check` it writes nothing, names the files that
are stale and exits 1.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from reconciler.manifests.schema import kinds as schema_kinds
from reconciler.manifests.schema import settings as schema_settings
from reconciler.manifests.schema.aws import read_only_members, request_schema
from reconciler.manifests.schema.partial import with_partial_forms
from reconciler.manifests.schema.words import Schema

_COMMAND = "python -m reconciler.manifests.generate_schemas"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def build() -> dict[str, Schema]:
    """Answer every schema by its name (`task-definition`), from the botocore that is installed."""
    import botocore

    requests = {
        "task-definition": request_schema(
            "ecs", "RegisterTaskDefinition", title="An ECS task definition", optional=["family"]
        )
        | {"x-read-only": read_only_members("ecs", "TaskDefinition", "RegisterTaskDefinition")},
        "run-task": request_schema("ecs", "RunTask", title="The launch of an ECS task"),
        "job-definition": request_schema(
            "batch", "RegisterJobDefinition", title="A Batch job definition", optional=["jobDefinitionName"]
        )
        | {"x-read-only": read_only_members("batch", "JobDefinition", "RegisterJobDefinition")},
        "submit-job": request_schema("batch", "SubmitJob", title="The submission of a Batch job"),
    }
    generated = {
        name: _headed(with_partial_forms(schema), f"Generated from botocore {botocore.__version__} by {_COMMAND}.")
        | {"x-botocore": botocore.__version__}
        for name, schema in requests.items()
    }
    envelope = {
        "ecs-job": schema_kinds.ecs_job(requests["run-task"]),
        "batch-job": schema_kinds.batch_job(requests["submit-job"]),
        "settings": schema_settings.settings(),
        "manifest": schema_settings.manifest(),
    }
    return generated | {name: _headed(schema, f"Written by {_COMMAND}.") for name, schema in envelope.items()}


def texts() -> dict[str, str]:
    """Answer the files as they should be, by their names."""
    return {
        f"{name}.schema.json": json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
        for name, schema in build().items()
    }


def stale(directory: Path, wanted: Mapping[str, str]) -> tuple[str, ...]:
    """Name the files of `directory` that are missing or differ from `wanted`."""
    return tuple(sorted(name for name, text in wanted.items() if _read(directory / name) != text))


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or with --check compare them; answer the exit code."""
    parser = argparse.ArgumentParser(prog=_COMMAND, description="Write the JSON Schemas of manifests.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    parser.add_argument("--directory", type=Path, default=Path("schemas"), help="default: schemas")
    options = parser.parse_args(arguments)
    wanted = texts()
    if options.check:
        outdated = stale(options.directory, wanted)
        if outdated:
            sys.stderr.write(f"{options.directory}: stale: {', '.join(outdated)} — run {_COMMAND}\n")
        return 1 if outdated else 0
    options.directory.mkdir(parents=True, exist_ok=True)
    for name, text in wanted.items():
        (options.directory / name).write_text(text, encoding="utf-8")
    return 0


def _headed(schema: Schema, comment: str) -> Schema:
    return {"$schema": _DIALECT, "$comment": f"{comment} Do not edit.", **schema}


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
