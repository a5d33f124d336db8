"""The Settings document as it counts in one environment, and the choice of that environment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from reconciler import __version__
from reconciler.errors import UsageError
from reconciler.manifests import schemas, tree, variable_files
from reconciler.manifests.faults import located
from reconciler.manifests.reading import Reading
from reconciler.manifests.request import LoadRequest
from reconciler.manifests.rules import tag_limits
from reconciler.manifests.tree import Place, Row, Table
from reconciler.manifests.variables import Layer, Unset, Variables, substitute
from reconciler.manifests.withheld import offered
from reconciler.manifests.yaml12 import Document
from reconciler.model import Path, Problem, Settings, Source
from reconciler.model.notify import Event, Notify, Topic, Webhook

#: Members of Settings' spec that keep their `${{ }}`: they are filled in where they are used.
_LATER = frozenset({("spec", member) for member in ("defaults", "environments", "variables", "variableFiles")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Settings in one environment, and what the jobs need of them.

    `tree` is the merged document with its places (None without Settings), `defaults` the sections per kind with their
    `${{ }}` still in them, `environments` every name that is declared.
    """

    settings: Settings
    variables: Variables
    tree: Table | None = None
    place: Place = ("", 0, 0)
    defaults: Mapping[str, Table] = field(default_factory=dict)
    environments: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def declared(document: Document | None) -> tuple[str, ...]:
    """Answer the environments that Settings declare, in order of name."""
    found = tree.at(document.value, ("spec", "environments")) if document else None
    return tuple(sorted(found)) if isinstance(found, Table) else ()


def choose(document: Document | None, wanted: str | None) -> str | None:
    """Answer the environment to read, None where none is declared; raises UsageError for a wrong or missing choice."""
    names = declared(document)
    listed = ", ".join(names)
    if wanted is not None:
        if not names:
            raise UsageError(
                f"--env {wanted}: no environments are declared", hint="declare them in Settings, or leave --env out"
            )
        if wanted not in names:
            close = get_close_matches(wanted, names, n=1)
            hint = f"did you mean {close[0]}?" if close else ""
            raise UsageError(f"--env {wanted}: no such environment (expected one of {listed})", hint=hint)
        return wanted
    if not names:
        return None
    default = tree.at(document.value, ("spec", "defaultEnvironment")) if document else None
    if default is None:
        hint = "say --env NAME, or set defaultEnvironment in Settings"
        raise UsageError(f"no environment is chosen (expected one of {listed})", hint=hint)
    return default if default in names else names[0]


def resolve(document: Document | None, environment: str | None, request: LoadRequest, reading: Reading) -> Chosen:
    """Answer the Settings of one environment, checked, with the variables in force there."""
    outer = [Layer(values=reading.variable_file(path), outside=True) for path in request.variable_files]
    outer.append(Layer(values=request.variables, outside=True))
    system = Layer(values=offered(request.os_environment), outside=True)
    built_in = {"reconciler.env": environment, "reconciler.commit": request.commit}
    if document is None:
        built_in |= {
            "reconciler.account": request.account,
            "reconciler.region": request.chosen_region or request.region,
        }
        variables = Variables([system, *outer], built_in | {"reconciler.owner": "default"})
        return Chosen(settings=Settings(), variables=variables)

    raw: Table = document.value
    spec = raw.get("spec")
    base = spec if isinstance(spec, Table) else Table()
    patch = tree.at(base, ("environments", environment)) if environment else None
    merged = tree.merge(base, patch if isinstance(patch, Table) else Table())
    if "environments" in base:
        merged.put("environments", base["environments"], base.places["environments"])
    root = raw.copy()
    if isinstance(spec, Table | None):
        root.put("spec", merged, raw.places.get("spec", document.place))

    written = _written(
        base, patch if isinstance(patch, Table) else None, Variables([system, *outer], built_in), reading
    )
    variables = Variables([system, *written, *outer], built_in)
    name = _early(raw.get("metadata"), "name", variables) or Settings().owner
    owner = f"{name}.{environment}" if environment else name
    variables = variables.within(
        owner=owner,
        account=_early(merged, "accountId", variables) or request.account,
        region=request.chosen_region or _early(merged, "region", variables) or request.region,
    )
    substituted = substitute(
        root,
        variables,
        start=document.place,
        wants_text=lambda path: schemas.wants_text("Settings", path),
        lines_of=reading.lines,
        skip=_LATER,
    )
    filled = substituted.value
    value = schemas.coerce("Settings", filled)
    faults = located(schemas.check("Settings", value), filled, document.place)
    settings = _settings(value, owner, environment, document.place)
    settings = replace(settings, tag_sources=_sources(tree.at(filled, ("spec", "tags"))))
    return Chosen(
        settings=settings,
        variables=variables,
        tree=filled,
        place=document.place,
        defaults=_defaults(merged),
        environments=declared(document),
        problems=(*document.problems, *substituted.problems, *faults, *_problems(value, filled, document)),
    )


def _written(base: Table, patch: Table | None, outside: Variables, reading: Reading) -> list[Layer]:
    """Answer the layers that Settings write: files and variables of all, then those of the environment.

    What is wrong with the variables is for the schema to say.
    """
    layers = []
    for prefix, section in ((("spec",), base), (("spec", "environments"), patch)):
        if section is None:
            continue
        names = section.get("variableFiles")
        names = names if isinstance(names, Row) else Row()
        for index, name in enumerate(names):
            if isinstance(name, str):
                path: Path = (*prefix, "variableFiles", index)
                layers.append(Layer(values=reading.named_variable_file(name, names.places[index], path, outside)))
        variables = section.get("variables")
        if isinstance(variables, Table):
            layers.append(Layer(values=variable_files.values(variables)[0], expands=True))
    return layers


def _early(section: Any, member: str, variables: Variables) -> str | None:
    """Answer owner, account or region before the others, which may refer to them; what is unset is told later."""
    value = tree.at(section, (member,))
    try:
        return None if value is None else variables.expand(str(value))
    except Unset:
        return str(value) if member == "name" else None


def _defaults(merged: Table) -> dict[str, Table]:
    found = merged.get("defaults")
    return (
        {kind: section for kind, section in found.items() if isinstance(section, Table)}
        if isinstance(found, Table)
        else {}
    )


def _settings(document: Mapping[str, Any], owner: str, environment: str | None, place: Place) -> Settings:
    spec = document.get("spec")
    spec = spec if isinstance(spec, Mapping) else {}
    default = Settings()
    prune = _part(spec, "prune")
    history = _part(spec, "history")
    return Settings(
        owner=owner,
        declared=True,
        environment=environment,
        region=_of(str, spec.get("region"), None),
        account_id=_of(str, spec.get("accountId"), None),
        role_arn=_of(str, spec.get("roleArn"), None),
        read_role_arn=_of(str, spec.get("readRoleArn"), None),
        external_id=_of(str, spec.get("externalId"), None),
        cluster=_of(str, spec.get("cluster"), default.cluster),
        name_prefix=_of(str, spec.get("namePrefix"), default.name_prefix),
        tags={key: str(value) for key, value in _part(spec, "tags").items()},
        prune=_of(bool, prune.get("enabled"), default.prune),
        max_deletions=_of(int, prune.get("maxDeletions"), default.max_deletions),
        max_reruns=_of(int, spec.get("maxReruns"), default.max_reruns),
        max_concurrent_runs=_of(int, spec.get("maxConcurrentRuns"), None),
        history_retention_days=_of(int, history.get("retentionDays"), default.history_retention_days),
        history_events=_of(bool, history.get("events"), default.history_events),
        show_values_of=tuple(_of(list, spec.get("showValuesOf"), [])),
        notify=tuple(_notify(_of(list, spec.get("notify"), []))),
        source=tree.source(place),
    )


def _sources(table: Any) -> Mapping[str, Source]:
    places = table.places if isinstance(table, Table) else {}
    return {key: tree.source(place) for key, place in places.items()}


def _notify(entries: Sequence[Any]) -> Iterator[Notify]:
    """Answer who is told, as far as the schema has nothing against it."""
    for entry in entries:
        if not isinstance(entry, Mapping):
            continue
        webhook, sns = _part(entry, "webhook"), _part(entry, "sns")
        to: Webhook | Topic
        if url := _of(str, webhook.get("url"), ""):
            headers = {str(name): str(value) for name, value in _part(webhook, "headers").items()}
            to = Webhook(url=url, format="slack" if webhook.get("format") == "slack" else "json", headers=headers)
        elif arn := _of(str, sns.get("topicArn"), ""):
            to = Topic(arn=arn, format="json" if sns.get("format") == "json" else "text")
        else:
            continue
        events = tuple(event for event in Event if event in _of(list, entry.get("events"), list(Event)))
        yield Notify(to=to, events=events, jobs=tuple(map(str, _of(list, entry.get("jobs"), []))))


def _part(spec: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    value = spec.get(member)
    return value if isinstance(value, Mapping) else {}


def _of(kind: type, value: Any, default: Any) -> Any:
    """Answer `value` where it has the type that the schema asks for, else the default; the schema tells the rest."""
    return value if isinstance(value, kind) and not (kind is int and isinstance(value, bool)) else default


def _problems(document: Mapping[str, Any], root: Table, origin: Document) -> list[Problem]:
    """Answer what no schema can see: this version, the default environment, accounts that contradict each other."""
    problems = []

    def say(member: str, message: str, hint: str = "", *below: str | int) -> None:
        path: Path = ("spec", member, *below)
        where = tree.source(tree.locate(root, path, origin.place))
        problems.append(Problem(message=message, source=where, path=tree.show(path), hint=hint))

    spec = _part(document, "spec")
    required = spec.get("requiredVersion")
    if isinstance(required, str):
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            if not SpecifierSet(required).contains(__version__, prereleases=True):
                say(
                    "requiredVersion",
                    f"expected reconciler {required}, this is {__version__}",
                    "install a version that fits",
                )
        except InvalidSpecifier:
            say("requiredVersion", f'expected versions such as ">=1.2,<2", got "{required}"')
    for key, value in _part(spec, "tags").items():
        for message in tag_limits.refusals(key, str(value)):
            say("tags", message, "", key)
    names = declared(origin)
    default = spec.get("defaultEnvironment")
    if isinstance(default, str) and default not in names:
        expected = f"expected one of {', '.join(names)}" if names else "none is declared"
        say("defaultEnvironment", f'no environment "{default}" ({expected})')
    for index, entry in enumerate(_of(list, spec.get("notify"), [])):
        arn = str(_part(entry, "sns").get("topicArn", "")).split(":") if isinstance(entry, Mapping) else []
        region = spec.get("region")
        if isinstance(region, str) and len(arn) > 3 and arn[3] != region:
            say("notify", f"the topic is in {arn[3]}, region is {region}", "", index, "sns", "topicArn")
    account = spec.get("accountId")
    for member in ("roleArn", "readRoleArn"):
        parts = str(spec.get(member, "")).split(":")
        if isinstance(account, str) and len(parts) > 4 and parts[4].isdigit() and parts[4] != account:
            say(member, f"the role is in account {parts[4]}, accountId is {account}")
    return problems


def collisions(document: Document, request: LoadRequest, reading: Reading) -> list[Problem]:
    """Answer where two environments would act on the same account, region and prefix, at the later one's line."""
    problems = []
    seen: dict[Sequence[Any], str] = {}
    quiet = reading.quiet()
    for name in declared(document):
        settings = resolve(document, name, request, quiet).settings
        role_account = str(settings.role_arn or "").split(":")[4:5]
        account = settings.account_id or (role_account[0] if role_account else None) or request.account
        target = (account, settings.region or request.region, settings.name_prefix)
        if target in seen:
            path: Path = ("spec", "environments", name)
            where = tree.source(tree.locate(document.value, path, document.place))
            message = f"the same account, region and namePrefix as environment {seen[target]}"
            hint = "give one of them an accountId, region or namePrefix of its own"
            problems.append(Problem(message=message, source=where, path=tree.show(path), hint=hint))
        else:
            seen[target] = name
    return problems
