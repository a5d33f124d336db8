"""The seed: what an embedded AWS holds to begin with, as a YAML file (`reconcile local --seed FILE`).

Every section is optional. AWS's own requests are written with their own members.

    clusters:                     # names, or
      - {name: jobs, capacityProviders: [FARGATE, FARGATE_SPOT], containerInstances: 2, tags: {team: data}}
    vpcs:
      - id: vpc-0aaa              # optional: the id that manifests name
        cidr: 10.1.0.0/16
        tags: {Name: main}
        subnets:                  # public: reached from the internet; the others have no way out
          - {cidr: 10.1.0.0/24, public: false, tags: {tier: private}}
        securityGroups: [jobs]
    logGroups: [/jobs/report, {name: /jobs/other, retentionDays: 30, tags: {}}]
    taskDefinitions: [{family: …, containerDefinitions: […]}]       # RegisterTaskDefinition
    computeEnvironments: [{computeEnvironmentName: …}]               # CreateComputeEnvironment
    jobQueues: [{jobQueueName: …}]                                   # CreateJobQueue
    jobDefinitions: [{jobDefinitionName: …}]                         # RegisterJobDefinition
    scheduleGroups: [nightly]
    roles: [ecsTaskExecutionRole]
    secrets: [{name: db, value: not-secret}]
    parameters: [{name: /db/host, value: db.internal}]
    images: [{repository: jobs/report, tags: [v1, latest]}]
    outcomes: [{family: report-*, outcome: exit 3 after 40s, times: 1}]   # see outcomes.py; container: main

What goes wrong is told in one line with its place: `seed: clusters[0].nmae: unknown key (did you mean name?)`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final


class SeedError(ValueError):
    """A seed that cannot be used; the message names the place in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one entry of a section may hold: the key that a plain text stands for, the keys it needs, those it may."""

    short: str | None = None
    needed: Mapping[str, type] = field(default_factory=dict)
    allowed: Mapping[str, type] = field(default_factory=dict)
    open: bool = False
    """Whether it is one of AWS's own requests, whose members the operation checks."""


SECTIONS: Final[Mapping[str, Entry]] = {
    "clusters": Entry(
        short="name",
        needed={"name": str},
        allowed={"capacityProviders": list, "containerInstances": int, "tags": dict, "defaultStrategy": list},
    ),
    "vpcs": Entry(needed={"cidr": str, "subnets": list}, allowed={"id": str, "tags": dict, "securityGroups": list}),
    "logGroups": Entry(short="name", needed={"name": str}, allowed={"retentionDays": int, "tags": dict}),
    "taskDefinitions": Entry(needed={"family": str}, open=True),
    "computeEnvironments": Entry(needed={"computeEnvironmentName": str}, open=True),
    "jobQueues": Entry(needed={"jobQueueName": str}, open=True),
    "jobDefinitions": Entry(needed={"jobDefinitionName": str}, open=True),
    "scheduleGroups": Entry(short="name", needed={"name": str}),
    "roles": Entry(short="name", needed={"name": str}),
    "secrets": Entry(needed={"name": str, "value": str}),
    "parameters": Entry(needed={"name": str, "value": str}),
    "images": Entry(needed={"repository": str}, allowed={"tags": list}),
    "outcomes": Entry(needed={"family": str, "outcome": str}, allowed={"container": str, "times": int}),
}
SUBNET: Final = Entry(needed={"cidr": str}, allowed={"public": bool, "tags": dict, "zone": str})


def load(path: Path) -> Mapping[str, Any]:
    """The seed in a file. Raises SeedError where it cannot be read, is no YAML or says what no seed can."""
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise SeedError(f"seed: {path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f"{path}:{place.line + 1}:{place.column + 1}" if place else str(path)
        raise SeedError(f"seed: {where}: {getattr(error, 'problem', None) or 'not YAML'}") from None
    if told is not None and not isinstance(told, dict):
        raise SeedError(f"seed: {path}: expected a mapping of sections, got {type(told).__name__}")
    return checked(told)


def checked(seed: Mapping[str, Any] | None) -> dict[str, list[dict[str, Any]]]:
    """The seed with every short form written out. Raises SeedError with the first thing that is wrong."""
    told: dict[str, list[dict[str, Any]]] = {}
    for section, entries in (seed or {}).items():
        if section not in SECTIONS:
            raise SeedError(_unknown("seed", section, SECTIONS))
        if entries is None:
            continue
        if not isinstance(entries, list):
            raise SeedError(f"seed: {section}: expected a list, got {type(entries).__name__}")
        told[section] = [_entry(SECTIONS[section], entry, f"{section}[{index}]") for index, entry in enumerate(entries)]
    for index, vpc in enumerate(told.get("vpcs", ())):
        place = f"vpcs[{index}].subnets"
        vpc["subnets"] = [_entry(SUBNET, subnet, f"{place}[{number}]") for number, subnet in enumerate(vpc["subnets"])]
    return told


def _entry(shape: Entry, entry: object, place: str) -> dict[str, Any]:
    if isinstance(entry, str) and shape.short is not None:
        entry = {shape.short: entry}
    if not isinstance(entry, dict):
        raise SeedError(f"seed: {place}: expected a mapping, got {type(entry).__name__}")
    known = {**shape.needed, **shape.allowed}
    for name, value in entry.items():
        if name not in known and not shape.open:
            raise SeedError(_unknown(f"seed: {place}", name, known))
        expected = known.get(name)
        if expected is not None and (not isinstance(value, expected) or (expected is int and isinstance(value, bool))):
            raise SeedError(f"seed: {place}.{name}: expected {_word(expected)}, got {value!r}")
    for name in shape.needed:
        if name not in entry:
            raise SeedError(f"seed: {place}.{name}: missing")
    return dict(entry)


def _word(expected: type) -> str:
    return {str: "text", int: "a number", bool: "true or false", list: "a list", dict: "a mapping"}[expected]


def _unknown(place: str, name: object, known: Mapping[str, object] | Sequence[str]) -> str:
    close = get_close_matches(str(name), list(known), n=1)
    hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
    return f"{place}{'.' if '[' in place else ': '}{name}: unknown key ({hint})"
