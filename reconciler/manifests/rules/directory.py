"""What jobs say of each other: names, families, who waits for whom, whose definition is shared."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from reconciler.manifests import tree
from reconciler.manifests.drafts import Draft
from reconciler.manifests.rules.findings import Directory, Finding, Rule, Scene, circles, expected
from reconciler.model import Path

_NAME: Path = ("metadata", "name")
_FORMER_NAMES: Path = ("metadata", "formerNames")
_MOST_CHARACTERS = 64


def survey(drafts: Sequence[Draft], names: Iterable[str]) -> Directory:
    """Answer the jobs by what must be unique among them."""
    jobs: dict[str, Draft] = {}
    families: dict[tuple[str, str], Draft] = {}
    former: dict[str, Draft] = {}
    for each in drafts:
        jobs.setdefault(each.declared_name, each)
        family = _family(each)
        if family is not None:
            families.setdefault((each.kind, family), each)
        for name in _texts(tree.at(each.document, _FORMER_NAMES)):
            former.setdefault(name, each)
    edges = {name: _texts(each.spec.get("dependsOn")) for name, each in jobs.items()}
    return Directory(
        jobs=jobs,
        families=families,
        former_names=former,
        names=frozenset(names),
        circles={circle[0]: circle for circle in circles(edges)},
    )


def _texts(value: Any) -> list[str]:
    """Answer the texts of a list, none where it is no list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _family(draft: Draft) -> str | None:
    """Answer the family or definition name that a job registers, None where it registers nothing."""
    body = draft.spec.get(draft.dialect.body)
    return str(body.get(draft.dialect.form.name, draft.name)) if isinstance(body, dict) else None


def _unique_name(scene: Scene) -> Iterator[Finding]:
    first = scene.directory.jobs[scene.draft.declared_name]
    if first is not scene.draft and scene.draft.declared_name:
        where = tree.source(first.place_of(_NAME))
        yield Finding(path=_NAME, message=f'duplicate name "{scene.draft.declared_name}" (first at {where})')


def _name_fits(scene: Scene) -> Iterator[Finding]:
    """The schema knows the name alone; schedules and families are called by the name with its prefix."""
    if len(scene.draft.name) > _MOST_CHARACTERS:
        message = f'expected at most {_MOST_CHARACTERS} characters, got {len(scene.draft.name)} ("{scene.draft.name}")'
        yield Finding(path=_NAME, message=message, hint="shorten the name or Settings' namePrefix")


def _unique_family(scene: Scene) -> Iterator[Finding]:
    """Two jobs that register one family would each see the other's revisions as drift."""
    draft = scene.draft
    family = _family(draft)
    first = scene.directory.families[draft.kind, family] if family is not None else draft
    if first is draft or first.name == draft.name:
        return
    member = draft.dialect.form.name
    path: Path = ("spec", draft.dialect.body, member)
    path = path if tree.at(draft.document, path) is not None else _NAME
    message = f'{member} "{family}" is also that of job {first.declared_name} ({tree.source(first.place)})'
    yield Finding(path=path, message=message, hint="use definitionOf to run one definition in several ways")


def _former_names_are_free(scene: Scene) -> Iterator[Finding]:
    for position, name in enumerate(tree.at(scene.draft.document, _FORMER_NAMES) or ()):
        path: Path = (*_FORMER_NAMES, position)
        claimed = scene.directory.former_names[name]
        if name in scene.directory.jobs:
            yield Finding(path=path, message=f'"{name}" is the name of a job of this directory')
        elif claimed is not scene.draft:
            message = f'job {claimed.declared_name} claims the former name "{name}" already'
            yield Finding(path=path, message=message)


def _dependencies_exist(scene: Scene) -> Iterator[Finding]:
    for position, name in enumerate(scene.spec.get("dependsOn", ())):
        path: Path = ("spec", "dependsOn", position)
        other = scene.directory.jobs.get(name)
        if other is None:
            yield _unknown(scene, path, name)
        elif "once" not in other.spec:
            message = f'job "{name}" is no one-shot (expected a job with spec.once)'
            yield Finding(path=path, message=message, hint="only a one-shot has a result to wait for")


def _shared_definition_exists(scene: Scene) -> Iterator[Finding]:
    path: Path = ("spec", "definitionOf")
    name = scene.spec.get("definitionOf")
    if name is None:
        return
    other = scene.directory.jobs.get(name)
    if other is None:
        yield _unknown(scene, path, name)
    elif other.kind != scene.draft.kind:
        yield Finding(path=path, message=f'expected another {scene.draft.kind}, "{name}" is of kind {other.kind}')
    elif other.dialect.body not in other.spec and other.dialect.file not in other.spec:
        message = f'job "{name}" owns no definition (expected a job with spec.{other.dialect.body})'
        yield Finding(path=path, message=message)


def _unknown(scene: Scene, path: Path, name: str) -> Finding:
    if name in scene.directory.names:
        environment = scene.chosen.settings.environment
        message = f'job "{name}" does not exist in environment {environment}'
        return Finding(path=path, message=message, hint=f"its metadata.environments leaves {environment} out")
    close = get_close_matches(name, sorted(scene.directory.jobs), n=1)
    hint = f"did you mean {close[0]}?" if close else ""
    known = [other for other in sorted(scene.directory.jobs) if other != scene.draft.declared_name]
    wanted = expected(known) if 0 < len(known) <= 10 else "expected a job of this directory"
    return Finding(path=path, message=f'no job "{name}" ({wanted})', hint=hint)


def _no_circles(scene: Scene) -> Iterator[Finding]:
    """Told once for each circle, at the member that comes first in the alphabet."""
    circle = scene.directory.circles.get(scene.draft.declared_name)
    if circle is not None and scene.directory.jobs[scene.draft.declared_name] is scene.draft:
        path: Path = ("spec", "dependsOn", list(scene.spec["dependsOn"]).index(circle[1]))
        yield Finding(path=path, message=f"the jobs wait for each other in a circle ({' → '.join(circle)})")


DIRECTORY_RULES = (
    Rule(check=_unique_name, reads=(_NAME,)),
    Rule(check=_name_fits, reads=(_NAME,)),
    Rule(check=_unique_family, reads=(_NAME,)),
    Rule(check=_former_names_are_free, reads=(("metadata", "formerNames"),)),
    Rule(check=_dependencies_exist, reads=(("spec", "dependsOn"),)),
    Rule(check=_shared_definition_exists, reads=(("spec", "definitionOf"),)),
    Rule(check=_no_circles, reads=(("spec", "dependsOn"),)),
)
