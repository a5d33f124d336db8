"""The schema files that are shipped: in a checkout beside the package, in an installed wheel inside it."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from reconciler.manifests.schema.partial import bundle as bundled
from reconciler.manifests.schema.words import Schema

#: kind → its file; the order is that of the editor's list.
FILES: Mapping[str, str] = {"EcsJob": "ecs-job", "BatchJob": "batch-job", "Settings": "settings"}

#: Every schema by the name that `reconcile schema` knows it by.
NAMES = (
    "manifest",
    *FILES.values(),
    "task-definition",
    "run-task",
    "job-definition",
    "submit-job",
    "report",
)

#: Answers a schema document by its file's name (`run-task.schema.json`).
Reader = Callable[[str], Schema]


def directory() -> Path:
    """Answer the directory of the schema files."""
    package = Path(__file__).parent.parent.parent
    installed = package / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


def schema_text(name: str) -> str:
    """Answer the file of one of :data:`NAMES` as it is; raises KeyError for any other name."""
    if name not in NAMES:
        raise KeyError(name)
    return (directory() / f"{name}.schema.json").read_text(encoding="utf-8")


def bundle() -> str:
    """Answer the schema of any manifest as one file that refers to no other, for an editor."""
    return json.dumps(bundled("manifest.schema.json", read), indent=1, ensure_ascii=False) + "\n"


@cache
def read(file: str) -> Schema:
    """Answer a schema document by its file's name; not to be changed."""
    schema: Schema = json.loads((directory() / file).read_text(encoding="utf-8"))
    return schema
