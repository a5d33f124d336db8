"""Job documents as they count in one environment: defaults, the overlay, the definition file and variables applied."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from reconciler.manifests import definition_file, schemas, tree
from reconciler.manifests.definition_file import Form
from reconciler.manifests.faults import located
from reconciler.manifests.reading import Reading
from reconciler.manifests.settings import Chosen
from reconciler.manifests.tree import Kept, Place, Table
from reconciler.manifests.variables import Unset, substitute
from reconciler.manifests.yaml12 import Document
from reconciler.model import Path, Problem, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one kind of job spells its definition; `clustered` when its runs have a cluster.

    `request` is the schema of the call that launches it.
    """

    body: str
    file: str
    reference: str
    form: Form
    request: str
    clustered: bool = False


DIALECTS: Mapping[str, Dialect] = {
    "EcsJob": Dialect(
        body="taskDefinition",
        file="taskDefinitionFile",
        reference="taskDefinitionArn",
        form=definition_file.TASK_DEFINITION,
        request="run-task",
        clustered=True,
    ),
    "BatchJob": Dialect(
        body="jobDefinition",
        file="jobDefinitionFile",
        reference="jobDefinitionArn",
        form=definition_file.JOB_DEFINITION,
        request="submit-job",
    ),
}
#: Sections whose defaults apply only to jobs that have the section themselves, and what to do about an empty one.
_ONLY_WHERE_PRESENT = {"schedule": "say cron, rate or at", "once": "write once: {}"}
#: Where a null in a spec is a value: it takes a variable out of the request, or is what a patch sets.
_NULLS_KEPT: Kept = (("run", "environment"), ("run", "patches"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One job document, merged: `grow` answers the tree, which knows the places, `document` holds the values as AWS
    would be sent them.

    `doubted` are the paths that the schema or the variables have something against, or miss; what rests on them is not
    checked further. `name` carries the prefix. `findings` is what an earlier reading found wrong with it by itself,
    None where that is still to be looked for.
    """

    kind: str
    name: str
    declared_name: str
    place: Place
    grow: Callable[[], Table] = field(compare=False)
    document: Mapping[str, Any]
    doubted: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()
    findings: tuple[Problem, ...] | None = None

    @property
    def dialect(self) -> Dialect:
        """How this kind spells its definition."""
        return DIALECTS[self.kind]

    @property
    def spec(self) -> Mapping[str, Any]:
        """The merged spec; empty where the document has none."""
        found = self.document.get("spec")
        return found if isinstance(found, dict) else {}

    def place_of(self, path: Path) -> Place:
        """Answer where `path` of the merged document was written."""
        return tree.locate(self.grow(), path, self.place)


def applies(document: Document, chosen: Chosen) -> bool:
    """Answer whether the job exists in the environment (`metadata.environments` names those where it does).

    One that names an environment which does not exist is looked at in every one: it is told, not passed over.
    """
    only, environment = tree.at(document.value, ("metadata", "environments")), chosen.settings.environment
    if not isinstance(only, list) or environment is None:
        return True
    return environment in only or any(name not in chosen.environments for name in only)


def draft(document: Document, chosen: Chosen, reading: Reading) -> Draft:
    """Answer one job document, merged and checked against its schema."""
    raw: Table = document.value
    kind = str(raw["kind"])
    dialect = DIALECTS[kind]
    problems = [*document.problems, *_unknown_environments(raw, document.place, chosen)]

    declared_name = _declared_name(raw, chosen)
    name = chosen.settings.name_prefix + declared_name
    variables = chosen.variables.within(job=name)
    root = raw.copy()
    if isinstance(raw.get("spec"), Table | None):
        spec = _Merging(raw.get("spec"), chosen, kind).spec(reading, variables.expand)
        root.put("spec", spec, raw.places.get("spec", document.place))
        problems += _empty_triggers(raw.get("spec"), spec, document.place)
    substituted = substitute(
        root,
        variables,
        start=document.place,
        wants_text=lambda path: schemas.wants_text(kind, path),
        lines_of=reading.lines,
    )
    filled = tree.without_nulls(substituted.value, tuple(("spec", *path) for path in _NULLS_KEPT))
    if dialect.clustered:
        filled = _with_cluster(filled, chosen)
    value = schemas.coerce(kind, filled)
    faults = schemas.check(kind, value)
    unread = tree.unanchored(filled) if document.problems else ()
    problems += substituted.problems
    problems += located(faults, filled, document.place)
    problems += reading.taken()
    return Draft(
        kind=kind,
        name=name,
        declared_name=declared_name,
        place=document.place,
        grow=lambda: filled,
        document=value,
        doubted=(*substituted.unset, *unread, *(path for fault in faults for path in fault.doubted)),
        problems=tuple(problems),
    )


def _declared_name(raw: Table, chosen: Chosen) -> str:
    """Answer the name as written; empty where there is none, which the schema tells."""
    written = tree.at(raw, ("metadata", "name"))
    try:
        return chosen.variables.expand(str(written)) if written is not None else ""
    except Unset:
        return str(written)


class _Merging:
    """What makes one job's spec: defaults, its own, and its overlay for the environment, merged in this order.

    A definition file's content stands where its name was written: above the defaults, below the overlay.
    """

    def __init__(self, spec: Any, chosen: Chosen, kind: str) -> None:
        environment = chosen.settings.environment
        overlay = tree.at(spec, ("environments", environment)) if environment else None
        self._dialect = DIALECTS[kind]
        self._defaults = chosen.defaults.get(kind, Table())
        self._own = _long_schedule(spec) if isinstance(spec, Table) else Table()
        self._overlay = _long_schedule(overlay) if isinstance(overlay, Table) else Table()

    def spec(self, reading: Reading, expand: Callable[[str], str]) -> Table:
        """Answer the merged spec (RFC 7386); `expand` fills in the name of a definition file."""
        defaults = _fitting(self._defaults, tree.merge(self._own, self._overlay, _NULLS_KEPT), self._dialect)
        merged: Table = tree.merge(tree.merge(defaults, self._own, _NULLS_KEPT), self._overlay, _NULLS_KEPT)
        _drop(merged, "environments")
        name = merged.get(self._dialect.file)
        if isinstance(name, str) and self._own.get(self._dialect.body) is None:
            self._read_definition(merged, name, reading, expand)
        return merged

    def _read_definition(self, merged: Table, name: str, reading: Reading, expand: Callable[[str], str]) -> None:
        """Put the named file's content in place of its name, where it can be had.

        A spec of its own that holds a definition as well keeps both members, which the schema refuses.
        """
        body, file = self._dialect.body, self._dialect.file
        overlaid = self._overlay.get(body)
        if overlaid is not None and not isinstance(overlaid, Table):
            return
        _drop(merged, body)
        try:
            expanded = expand(name)
        except Unset:
            return
        if not expanded:
            return
        found = reading.definition(expanded, merged.places[file], ("spec", file), self._dialect.form)
        if found.body is not None:
            below = self._defaults.get(body)
            content = tree.merge(below, found.body) if isinstance(below, Table) else found.body
            _drop(merged, file)
            merged.put(body, tree.merge(content, overlaid) if overlaid is not None else content, found.place)


def _drop(table: Table, member: str) -> None:
    """Take a member out of a table that nobody else has."""
    table.pop(member, None)
    table.places.pop(member, None)


def _fitting(defaults: Table, own: Table, dialect: Dialect) -> Table:
    """Answer the defaults that apply to a job: no trigger and no definition that it does not have itself.

    `logs` goes with the definition: nobody can add a log configuration to somebody else's. Those that lie under a
    definition file are merged where it is read.
    """
    only = (*_ONLY_WHERE_PRESENT, dialect.body, dialect.file, dialect.reference, "definitionOf")
    absent = {member for member in only if member not in own}
    if dialect.body not in own and dialect.file not in own:
        absent.add("logs")
    result = Table()
    for member, value in defaults.items():
        if member not in absent:
            result.put(member, value, defaults.places[member])
    return _long_schedule(result)


def _long_schedule(spec: Table) -> Table:
    """Answer the spec with `schedule: "0 3 * * *"` spelt as the mapping that it stands for, in place of any other."""
    text = spec.get("schedule")
    if not isinstance(text, str):
        return spec
    place = spec.places["schedule"]
    schedule = Table()
    schedule.put("cron", text, place)
    for other in ("rate", "at"):
        schedule.put(other, None, place)
    result = spec.copy()
    result.put("schedule", schedule, place)
    return result


def _empty_triggers(written: Any, merged: Table, start: Place) -> Iterator[Problem]:
    """Yield the triggers that were written with nothing in them: `once:` alone is null, which says nothing."""
    for member, hint in _ONLY_WHERE_PRESENT.items():
        if isinstance(written, Table) and member in written and member not in merged:
            path: Path = ("spec", member)
            message = f"{member} is empty, so the job runs on demand only"
            where = tree.source(tree.locate(written, (member,), start))
            yield Problem(message=message, severity=Severity.WARNING, source=where, path=tree.show(path), hint=hint)


def _with_cluster(root: Table, chosen: Chosen) -> Table:
    """Answer the document with Settings' cluster where its run names none."""
    spec = root.get("spec")
    if not isinstance(spec, Table):
        return root
    run = spec.get("run", Table())
    if not isinstance(run, Table) or "cluster" in run:
        return root
    settings = chosen.tree
    place = root.places["spec"] if settings is None else tree.locate(settings, ("spec", "cluster"), chosen.place)
    run = run.copy()
    run.put("cluster", chosen.settings.cluster, place)
    spec = spec.copy()
    spec.put("run", run, spec.places.get("run", place))
    root = root.copy()
    root.put("spec", spec, root.places["spec"])
    return root


def _unknown_environments(raw: Table, start: Place, chosen: Chosen) -> list[Problem]:
    """Answer the environments that a job names and Settings do not declare."""
    only = tree.at(raw, ("metadata", "environments"))
    overlays = tree.at(raw, ("spec", "environments"))
    named: list[tuple[Path, str]] = []
    if isinstance(only, list):
        named += [
            (("metadata", "environments", index), name) for index, name in enumerate(only) if isinstance(name, str)
        ]
    if isinstance(overlays, dict):
        named += [(("spec", "environments", name), name) for name in overlays]
    problems = []
    for path, name in named:
        if name in chosen.environments:
            continue
        listed = ", ".join(chosen.environments)
        expected = f"expected one of {listed}" if listed else "Settings declare none"
        close = get_close_matches(name, chosen.environments, n=1)
        hint = f"did you mean {close[0]}?" if close else ""
        where = tree.source(tree.locate(raw, path, start))
        message = f'no environment "{name}" ({expected})'
        problems.append(Problem(message=message, source=where, path=tree.show(path), hint=hint))
    return problems
