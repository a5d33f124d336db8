"""What is fuzzed: each target makes a case, by a given source of chance; the world plays it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from reconciler.aws.ledger import parse
from reconciler.local import state as statefile
from tests.fuzz.answers import CHANGED, Answers
from tests.fuzz.case import Case, Event
from tests.fuzz.mutations import broken_bytes, broken_text, mutated
from tests.fuzz.shapes import shapes
from tests.fuzz.words import words
from tests.fuzz.world import World

VARIABLES = "A: 1\nB: two words\nC: '${{ A }}'\n"
OVERRIDES = "containerOverrides: [{name: main, command: [a, b], environment: [{name: A, value: b}]}]\ncpu: '512'\n"
DEFINITION = json.dumps(
    {"family": "f", "containerDefinitions": [{"name": "main", "image": "busybox", "memory": 64, "essential": True}]}
)
NAMING = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: filed}
spec: {taskDefinitionFile: ../td.json, run: {launchType: EC2}}
"""
#: What ledger streams hold, as far as an attacker or an older version could have written it.
EVENTS: tuple[Mapping[str, Any], ...] = (
    {"event": "start", "attempt": 0, "part": 0, "calls": 1, "target": "default", "definition": "report:1"},
    {"event": "launched", "attempt": 0, "part": 0, "ids": ["arn:aws:ecs:eu-west-1:111111111111:task/default/a"]},
    {"event": "refused", "attempt": 0, "part": 0, "reason": "no", "transient": True, "at": "2026-01-01T00:00:00+00:00"},
    {"event": "ended", "attempt": 0, "state": "Succeeded", "exitCode": 0, "reason": "x", "containers": []},
    {"event": "finished", "state": "Failed", "reason": "x", "at": "2026-01-01T00:00:00+00:00"},
    {"event": "schedule", "since": "2026-01-01T00:00:00+00:00", "hash": "x", "skipped": []},
)
GROUPS = ("/reconciler/team", "/reconciler/team/runs", "/reconciler/team/events")
FORMATS = ("text", "json", "markdown", "html", "junit", "github")


def files(world: World, chance: Random) -> Case:
    """Manifests, Settings, variable files, definition files and files of overrides."""
    world.again()
    written = {path.as_posix(): path.read_bytes() for path in sorted(Path("jobs.d").glob("*.yaml"))}
    more = {
        "td.json": DEFINITION,
        "variables.yaml": VARIABLES,
        "jobs.d/filed.yaml": NAMING,
        "overrides.yaml": OVERRIDES,
    }
    written |= {name: text.encode() for name, text in more.items()}
    for _ in range(chance.choice((1, 1, 2))):
        name = chance.choice(sorted(written))
        text = broken_text(chance, written[name].decode(errors="replace"))
        written[name] = text.encode("utf-8", "replace") if chance.random() < 0.6 else broken_bytes(chance, text)
    more_words = ["--var-file", "variables.yaml", *chance.choice(([], ["--format", "json"]))]
    commands = [["validate", *more_words], ["render", *more_words]]
    if chance.random() < 0.3:
        commands.append(["run", "report", "--var-file", "variables.yaml", "--overrides", "overrides.yaml"])
    return Case(commands=commands, files=written)


def saved(world: World, chance: Random) -> Case:
    """Saved plans and JSON reports."""
    changes = _changed(world)
    world.play(Case(commands=[["plan", "--out", "plan.json"]], files=changes))
    told = json.loads(world.text("plan.json"))
    if chance.random() < 0.4:
        told = json.loads(world.reconcile("status", "--format", "json").out)
    for _ in range(chance.choice((1, 1, 2, 5))):
        told = mutated(chance, told)
    text = json.dumps(told)
    raw = text.encode() if chance.random() < 0.7 else broken_bytes(chance, broken_text(chance, text))
    commands = [["show", "plan.json", "--format", chance.choice(FORMATS)], ["--once", "--plan", "plan.json"]]
    return Case(commands=commands, files={**changes, "plan.json": raw})


def caches(world: World, chance: Random) -> Case:
    """The cache: whatever stands in it, a pass says the same."""
    world.again()
    held = [path for path in sorted(Path("cache").rglob("*")) if path.is_file()]
    broken = {path.as_posix(): _corrupted(chance, path.read_bytes()) for path in chance.sample(held, min(len(held), 3))}
    return Case(commands=[["plan", "--format", "json"]], files=broken, harmless=True)


def _corrupted(chance: Random, raw: bytes) -> bytes:
    at = chance.randint(0, len(raw))
    if chance.random() < 0.4:
        try:
            return json.dumps(mutated(chance, json.loads(raw))).encode()
        except ValueError:
            pass
    return chance.choice((b"", raw[:at], raw[:at] + chance.randbytes(8) + raw[at + 8 :], b"{}", b"null", b"[[]]"))


def ledger(world: World, chance: Random) -> Case:
    """Events in our streams that we did not write, or wrote otherwise."""
    world.again()
    logs = world.aws.client("logs")
    held = [
        (group, stream["logStreamName"])
        for group in GROUPS
        for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]
    ]
    events = []
    for _ in range(chance.randint(1, 3)):
        group, stream = chance.choice(held)
        told: Any = chance.choice(EVENTS)
        known = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
        if known and chance.random() < 0.7:
            told = parse(chance.choice(known)["message"]) or told
        message = json.dumps(mutated(chance, told)) if chance.random() < 0.8 else broken_text(chance, json.dumps(told))
        events.append(Event(group=group, stream=stream, message=message or "x"))
    readers = [["plan"], ["status"], ["runs"], ["logs", "report"], ["retry", "report"], ["runs", "--format", "json"]]
    return Case(commands=[*chance.sample(readers, 2), ["--once"]], events=events)


def state(world: World, chance: Random) -> Case:
    """The embedded AWS's state file."""
    world.again()
    path = Path("state.json")
    statefile.save(path, world.aws.world.dump(), [])
    raw = path.read_text()
    text = json.dumps(mutated(chance, json.loads(raw)))
    told = text.encode() if chance.random() < 0.7 else broken_bytes(chance, broken_text(chance, raw))
    return Case(commands=[["status", "--local"]], files={"state.json": told})


def _changed(world: World) -> dict[str, bytes | None]:
    world.again()
    return {path: world.text(path).replace(before, after).encode() for path, (before, after) in CHANGED.items()}


Target = Callable[[World, Random], Case]
TARGETS: Mapping[str, Target] = {
    "answers": Answers(),
    **{target.__name__: target for target in (files, shapes, words, saved, caches, ledger, state)},
}
#: How many cases of each target are played before it is the first one's turn again: what costs less is played more.
TURNS: Mapping[str, int] = dict(zip(TARGETS, (6, 6, 4, 12, 2, 1, 2, 1), strict=True))
