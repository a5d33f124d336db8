"""What a job says of its runs, against the containers it has: names, overrides, patches, secrets in plain text."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.manifests import schemas, tree
from reconciler.manifests.rules.findings import EACH, Finding, Rule, Scene, expected
from reconciler.model import Path, Severity

_RUN: Path = ("spec", "run")
_OVERRIDES: Path = (*_RUN, "overrides", "containerOverrides")
#: Where the kinds keep containers that have names.
_CONTAINERS: Sequence[Path] = (
    ("taskDefinition", "containerDefinitions"),
    ("jobDefinition", "ecsProperties", "taskProperties", 0, "containers"),
    ("jobDefinition", "eksProperties", "podProperties", "containers"),
)
#: Where containers say what they are called, and which of them decide; Batch's kinds of definitions as a whole.
_NAMES: Sequence[Path] = (("spec", "taskDefinition", "containerDefinitions", EACH, "name"), ("spec", "jobDefinition"))
_ESSENTIAL: Sequence[Path] = (("spec", "taskDefinition", "containerDefinitions", EACH, "essential"),)
#: Each range of nodes has containers of its own, which only a run tells apart.
_NODES: Path = ("jobDefinition", "nodeProperties")
#: BOTO EksContainer.name: what a container of a pod is called that names itself nothing.
_DEFAULT = "Default"
#: What each kind's definitions are called in an ARN, and by themselves (BOTO family, jobDefinitionName).
_REFERENCES = {
    "taskDefinitionArn": ("ecs", "task-definition", r"[A-Za-z0-9_-]{1,255}"),
    "jobDefinitionArn": ("batch", "job-definition", r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}"),
}
_SECRET = re.compile(
    r"PASSWORD|PASSWD|CREDENTIAL|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|(?:^|_)(?:SECRET|TOKEN|PWD)(?:_|\Z)", re.IGNORECASE
)
#: What a name ends in when it tells of a secret without being one.
_HARMLESS = re.compile(r"(?:^|_)(?:ARN|NAME|FILE|PATH|DIR|URL|URI|ENDPOINT|ID|TTL|LENGTH|TYPE)\Z", re.IGNORECASE)
#: Values that are no secret whatever the name.
_SWITCH = re.compile(r"true|false|yes|no|on|off|[0-9]{1,6}|\s*", re.IGNORECASE)


#: Members of the request that patches do not reach, and what to do instead.
_SET_AFTERWARDS = {
    "cluster": "write spec.run.cluster",
    "jobQueue": "write spec.run.jobQueue",
    **dict.fromkeys(("clientToken", "startedBy", "taskDefinition"), "reconciler sets it itself"),
    **dict.fromkeys(("jobDefinition", "jobName"), "reconciler sets it itself"),
}
_PATCH_MEMBERS = {"add": "value", "replace": "value", "test": "value", "move": "from", "copy": "from"}


def containers(scene: Scene) -> Sequence[Mapping[str, Any]] | None:
    """Answer the containers of the job's definition; Batch's only one has no name, so there is none.

    None where they are not known here: of somebody else's definition, of several nodes.
    """
    if scene.definer is None or tree.at(scene.definer.spec, _NODES) is not None:
        return None
    for path in _CONTAINERS:
        found = tree.at(scene.definer.spec, path)
        if found is not None:
            return found  # type: ignore[no-any-return]
    return ()


def _names(scene: Scene) -> list[str] | None:
    found = containers(scene)
    return None if found is None else [str(container.get("name", _DEFAULT)) for container in found]


def _main_container(scene: Scene) -> Iterator[Finding]:
    names, main = _names(scene), scene.spec.get("mainContainer")
    if names is None:
        return
    if main is not None and main not in names:
        yield _no_container(("spec", "mainContainer"), main, names)
    essential = [str(each.get("name", _DEFAULT)) for each in containers(scene) or () if each.get("essential", True)]
    if main is None and len(essential) > 1:
        message = f"several containers are essential ({', '.join(essential)}): the first one's exit code decides"
        yield Finding(path=_body(scene), message=message, hint="name it in mainContainer", severity=Severity.WARNING)


def _body(scene: Scene) -> Path:
    body: Path = ("spec", scene.draft.dialect.body)
    return body if scene.draft.dialect.body in scene.spec else ("spec", "definitionOf")


def _no_container(path: Path, name: str, names: Sequence[str]) -> Finding:
    if not names:
        return Finding(
            path=path, message=f'no container "{name}": the job has one, without a name', hint="leave the name out"
        )
    return Finding(path=path, message=f'no container "{name}" ({expected(names)})')


def _commands(scene: Scene) -> Iterator[Finding]:
    """`command` by container."""
    command = scene.spec.get("run", {}).get("command")
    if isinstance(command, Mapping):
        yield from _strangers(scene, (((*_RUN, "command", name), name) for name in command))


def _environments(scene: Scene) -> Iterator[Finding]:
    """`environment` by container, or of the main one, not both."""
    environment = scene.spec.get("run", {}).get("environment", {})
    by_container = [key for key, value in environment.items() if isinstance(value, Mapping)]
    if by_container and len(by_container) != len(environment):
        plain = next(key for key, value in environment.items() if not isinstance(value, Mapping))
        message = "a variable beside containers"
        hint = "name the container of each variable, or of none"
        yield Finding(path=(*_RUN, "environment", plain), message=message, hint=hint)
    yield from _strangers(scene, (((*_RUN, "environment", name), name) for name in by_container))


def _overrides(scene: Scene) -> Iterator[Finding]:
    """The overrides that AWS takes, which name their containers."""
    overrides = tree.at(scene.spec, _OVERRIDES[1:]) or ()
    names = [override.get("name") for override in overrides]
    for position, name in enumerate(names):
        if name is None:
            yield Finding(path=(*_OVERRIDES, position), message="name is required")
    named = (((*_OVERRIDES, position, "name"), str(name)) for position, name in enumerate(names) if name is not None)
    yield from _strangers(scene, named)


def _strangers(scene: Scene, named: Iterable[tuple[Path, str]]) -> Iterator[Finding]:
    """Yield what is named that the definition has not, where its containers are known."""
    names = _names(scene)
    for path, name in named:
        if names is not None and name not in names:
            yield _no_container(path, name, names)


def _patches(scene: Scene) -> Iterator[Finding]:
    """RFC 6902, section 4: what each operation cannot do without."""
    for position, patch in enumerate(scene.spec.get("run", {}).get("patches", ())):
        path: Path = (*_RUN, "patches", position)
        needed = _PATCH_MEMBERS.get(patch["op"])
        if needed is not None and needed not in patch:
            yield Finding(path=path, message=f"{patch['op']} needs {needed}")
        for member in ("path", "from"):
            pointer = patch.get(member, "")
            if pointer and not pointer.startswith("/"):
                message = f'expected a JSON Pointer such as /overrides/cpu, got "{pointer}"'
                yield Finding(path=(*path, member), message=message)
            elif pointer:
                yield from _patched_member((*path, member), pointer.split("/")[1], scene.draft.dialect.request)


def _patched_member(path: Path, member: str, request: str) -> Iterator[Finding]:
    """What is no member of the request makes AWS refuse it; some are set after all patches."""
    if not schemas.knows(request, (member,)):
        message = f'the request has no member "{member}"'
        yield Finding(path=path, message=message, hint="paths are those of `render`")
    elif member in _SET_AFTERWARDS:
        yield Finding(path=path, message=f"{member} is set after the patches", hint=_SET_AFTERWARDS[member])


def _reference(scene: Scene) -> Iterator[Finding]:
    member = scene.draft.dialect.reference
    reference = scene.spec.get(member)
    service, resource, name = _REFERENCES[member]
    arn = rf"arn:aws[a-z-]*:{service}:[a-z0-9-]+:[0-9]{{12}}:{resource}/"
    if reference is not None and not re.fullmatch(rf"({arn})?{name}(:[1-9][0-9]*)?", reference):
        message = f'expected an ARN, name:revision or a name, got "{reference}"'
        hint = f"the ARN is arn:aws:{service}:REGION:ACCOUNT:{resource}/NAME:REVISION" if ":" in reference else ""
        yield Finding(path=("spec", member), message=message, hint=hint)


def _logs_without_definition(scene: Scene) -> Iterator[Finding]:
    owning = {scene.draft.dialect.body, scene.draft.dialect.file}
    if "logs" in scene.spec and owning.isdisjoint(scene.spec):
        message = "logs has no effect: the definition is not this job's"
        yield Finding(path=("spec", "logs"), message=message, severity=Severity.WARNING)


def _plain_secrets(scene: Scene) -> Iterator[Finding]:
    """The value is never printed."""
    for path, name in _plain_variables(scene.spec, ("spec",)):
        if _SECRET.search(name) and not _HARMLESS.search(name):
            message = f"{name} looks like a secret in plain text"
            hint = "keep it in Secrets Manager or SSM and name it under the container's secrets"
            yield Finding(path=path, message=message, hint=hint, severity=Severity.WARNING)


def _plain_variables(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield path and name of every environment variable with a value, as AWS or as `run.environment` spells them."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from _plain_variables(item, (*path, position))
    elif isinstance(value, dict):
        for key, member in value.items():
            if key == "environment":
                yield from _variables(member, (*path, key))
            elif isinstance(member, dict | list):
                yield from _plain_variables(member, (*path, key))


def _variables(environment: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(environment, list):
        for position, entry in enumerate(environment):
            if isinstance(entry, dict) and not _harmless(entry.get("value")):
                yield (*path, position), str(entry.get("name"))
    elif isinstance(environment, dict):
        for key, value in environment.items():
            if isinstance(value, dict):
                yield from _variables(value, (*path, key))
            elif not _harmless(value):
                yield (*path, key), key


def _harmless(value: Any) -> bool:
    return value is None or _SWITCH.fullmatch(str(value)) is not None


RUN_RULES = (
    Rule(check=_main_container, reads=(*_NAMES, *_ESSENTIAL, ("spec", "mainContainer"))),
    Rule(check=_commands, reads=(*_NAMES, (*_RUN, "command"))),
    Rule(check=_environments, reads=(*_NAMES, (*_RUN, "environment"))),
    Rule(check=_overrides, reads=(*_NAMES, _OVERRIDES)),
    Rule(check=_patches, reads=((*_RUN, "patches"),)),
    Rule(check=_reference, reads=(("spec", "taskDefinitionArn"), ("spec", "jobDefinitionArn"))),
    Rule(check=_logs_without_definition, reads=(("spec", "logs"),)),
    Rule(check=_plain_secrets, reads=()),
)
