"""`taskDefinitionFile` and `jobDefinitionFile`: a definition beside its manifest, in whatever form people keep it.

JSON or YAML in any Unicode encoding that its byte order mark names (PowerShell's `>` writes UTF-16); a bare request, or
the whole answer of a describe call. What AWS answers and does not take is dropped, so is null, which older consoles
write for every member that is not set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Final

from reconciler.manifests import files, yaml12
from reconciler.manifests.tree import Place, Row, Table, source, without_nulls
from reconciler.model import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What the answers that hold a definition look like.

    `answer` and `answers` are the members of a whole answer that hold one or a list, `needed` what a definition cannot
    be without, `kind` the manifest that takes it, `response_only` what only answers have (members of the response shape
    that the request lacks: botocore's TaskDefinition and JobDefinition, facts in the describe calls' documentation).
    """

    answer: str
    answers: str
    name: str
    needed: tuple[str, ...]
    kind: str
    response_only: frozenset[str]


TASK_DEFINITION = Form(
    answer="taskDefinition",
    answers="taskDefinitions",
    name="family",
    needed=("containerDefinitions",),
    kind="EcsJob",
    response_only=frozenset(
        {
            "taskDefinitionArn",
            "revision",
            "status",
            "requiresAttributes",
            "compatibilities",
            "registeredAt",
            "registeredBy",
            "deregisteredAt",
            "deleteRequestedAt",
        }
    ),
)
JOB_DEFINITION = Form(
    answer="jobDefinition",
    answers="jobDefinitions",
    name="jobDefinitionName",
    needed=("containerProperties", "nodeProperties", "eksProperties", "ecsProperties"),
    kind="BatchJob",
    response_only=frozenset({"jobDefinitionArn", "revision", "status", "containerOrchestrationType"}),
)
_SAVE: Final = "save what the describe call answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionFile:
    """A definition that was read from a file: its members with their lines, or what is wrong with it."""

    body: Table | None = None
    place: Place = ("", 0, 0)
    content: bytes = b""
    problems: tuple[Problem, ...] = ()


def read(path: FilePath, shown: str, form: Form) -> DefinitionFile:
    """Answer the definition that a file holds."""
    text = files.read(path, shown, encodings=files.ANY_UNICODE)
    if text.problem is not None:
        return DefinitionFile(content=text.content, problems=(text.problem,))
    documents = yaml12.read(text.text, shown)
    problems = tuple(problem for document in documents for problem in document.problems)
    if problems:
        return DefinitionFile(content=text.content, problems=problems)
    if len(documents) != 1 or not isinstance(documents[0].value, Table):
        where = source(documents[0].place if documents else (shown, 1, 1))
        message = f"expected one {form.answer} as a mapping, got {_kind_of(documents)}"
        hint = "containers stand in a list under containerDefinitions" if _are_containers(documents, form) else ""
        return DefinitionFile(content=text.content, problems=(Problem(message=message, source=where, hint=hint),))
    try:
        body, place = _unwrapped(documents[0].value, documents[0].place, form)
    except _NotADefinition as error:
        where = source(error.place or documents[0].place)
        problem = Problem(message=str(error), source=where, path=error.key, hint=error.hint)
        return DefinitionFile(content=text.content, problems=(problem,))
    return DefinitionFile(body=_request(body, form), place=place, content=text.content)


def _kind_of(documents: Sequence[yaml12.Document]) -> str:
    if len(documents) != 1:
        return f"{len(documents)} documents" if documents else "nothing"
    return "a list" if isinstance(documents[0].value, list) else "a single value"


def _are_containers(documents: Sequence[yaml12.Document], form: Form) -> bool:
    """Say whether a file holds what Terraform's container_definitions does."""
    rows = documents[0].value if len(documents) == 1 else None
    if form is not TASK_DEFINITION or not isinstance(rows, Row) or not rows:
        return False
    return all(isinstance(row, Table) and {"name", "image"} <= row.keys() for row in rows)


class _NotADefinition(Exception):
    """No definition, as `key`, at `place`, shows; the whole file where neither is given."""

    def __init__(self, message: str, hint: str, key: str = "", place: Place | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.key = key
        self.place = place


def _unwrapped(root: Table, place: Place, form: Form) -> tuple[Table, Place]:
    """Answer the definition inside a whole answer, with the answer's tags, or the root itself."""
    inner = root.get(form.answer)
    if isinstance(inner, Table):
        body = inner
        if root.get("tags") and not inner.get("tags"):
            body = inner.copy()
            body.put("tags", root["tags"], root.places["tags"])
        return body, root.places[form.answer]
    listed = root.get(form.answers)
    if isinstance(listed, Row):
        return _newest(listed, form)
    if not any(member in root for member in form.needed):
        message = f"holds no {form.answer} (expected {' or '.join(form.needed)})"
        key, hint = _mistaken(root, form)
        raise _NotADefinition(message, hint, key, root.places[key] if key else None)
    return root, place


def _mistaken(root: Table, form: Form) -> tuple[str, str]:
    """Answer the key that shows what else a file holds, and what to do about that."""
    spelt = {_plain(member): member for member in form.needed}
    foreign = JOB_DEFINITION if form is TASK_DEFINITION else TASK_DEFINITION
    theirs = {*foreign.needed, foreign.answer, foreign.answers}
    template = "Resources" in root or str(root.get("Type")).startswith("AWS::")
    for key in root:
        if _plain(key) in spelt:
            return key, f"write {spelt[_plain(key)]}, as AWS's API does; so with every other member"
        if key in theirs:
            return key, f"it is a {foreign.answer}, for kind: {foreign.kind}"
        if template and key in {"Resources", "Properties"}:
            return key, f"it is a CloudFormation template; {_SAVE} for what it made"
    return "", _SAVE


def _plain(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "")


def _newest(listed: Row, form: Form) -> tuple[Table, Place]:
    """Answer the newest ACTIVE revision of a list of revisions of one definition."""
    tables = [(item, place) for item, place in zip(listed, listed.places, strict=True) if isinstance(item, Table)]
    active = [entry for entry in tables if entry[0].get("status", "ACTIVE") == "ACTIVE"] or tables
    names = sorted({str(item.get(form.name)) for item, _ in active})
    if len(names) != 1:
        got = ", ".join(names) or "none"
        raise _NotADefinition(f"expected the revisions of one {form.answer}, got {got}", "save one definition per file")
    return max(active, key=lambda entry: _number(entry[0].get("revision")))


def _number(revision: Any) -> int:
    return revision if isinstance(revision, int) else 0


def _request(body: Table, form: Form) -> Table:
    """Answer a definition without what only answers have, without nulls, and without tags that AWS keeps to itself."""
    request = Table()
    for key, value in without_nulls(body).items():
        if key in form.response_only:
            continue
        if key == "tags":
            value = _own_tags(value)
            if not value:
                continue
        request.put(key, value, body.places[key])
    return request


def _own_tags(tags: Any) -> Any:
    """Answer the tags that a registration may carry: neither AWS's (`aws:`) nor those that we set ourselves."""
    if isinstance(tags, Table):
        table = Table()
        for key, value in tags.items():
            if not _reserved(key):
                table.put(key, value, tags.places[key])
        return table
    if isinstance(tags, Row):
        row = Row()
        for item, place in zip(tags, tags.places, strict=True):
            if not (isinstance(item, Mapping) and _reserved(str(item.get("key", "")))):
                row.put(item, place)
        return row
    return tags


def _reserved(key: str) -> bool:
    return key.lower().startswith(("aws:", "reconciler:"))
