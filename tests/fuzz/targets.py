"""What is fuzzed: each target does one wrong thing to a world and uses it, by a given source of chance."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from reconciler.aws.ledger import parse
from tests.fuzz.mutations import broken_bytes, broken_text, mutated
from tests.fuzz.world import Found, World

READERS = (
    *(["plan"], ["drift", "--unmanaged"], ["status"], ["runs"], ["logs", "report"], ["logs", "crunch"]),
    *(["import", "report", "--dir", "i.d"], ["wait", "crunch"], ["run", "report"], ["--once"], ["stop", "report"]),
)
VARIABLES = "A: 1\nB: two words\nC: '${{ A }}'\n"
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


def answers(world: World, chance: Random) -> None:
    """AWS's answers: one place of one of them is gone, added or of another kind."""
    command = list(chance.choice(READERS))
    if chance.random() < 0.3:
        path = Path("jobs.d/report.yaml")
        path.write_text(path.read_text().replace("app:1", "app:2"))
    first, every = chance.randint(1, 16), chance.randint(4, 40)
    seen = 0

    def change(_service: str, _operation: str, body: bytes) -> bytes:
        nonlocal seen
        seen += 1
        if seen < first or (seen - first) % every:
            return body
        try:
            told = json.loads(body)
        except ValueError:
            return broken_text(chance, body.decode(errors="replace")).encode()
        return json.dumps(mutated(chance, told)).encode()

    with world.answering(change):
        world.reconcile(*command)
    world.reconcile("--once")


def files(world: World, chance: Random) -> None:
    """Manifests, Settings, variable files and definition files."""
    Path("td.json").write_bytes(DEFINITION.encode())
    Path("variables.yaml").write_text(VARIABLES)
    Path("jobs.d/filed.yaml").write_text(NAMING)
    path = chance.choice([*sorted(Path("jobs.d").glob("*.yaml")), Path("td.json"), Path("variables.yaml")])
    text = broken_text(chance, path.read_text())
    path.write_bytes(text.encode("utf-8", "replace") if chance.random() < 0.6 else broken_bytes(chance, text))
    for command in (["validate"], ["render"]):
        world.reconcile(*command, "--var-file", "variables.yaml", *chance.choice([[], ["--format", "json"]]))


def saved(world: World, chance: Random) -> None:
    """Saved plans and JSON reports."""
    path = Path("jobs.d/report.yaml")
    path.write_text(path.read_text().replace("app:1", "app:2"))
    world.reconcile("plan", "--out", "plan.json")
    told = json.loads(Path("plan.json").read_text())
    if chance.random() < 0.4:
        told = json.loads(world.reconcile("status", "--format", "json").out)
    kind = chance.choice(["text", "json", "markdown", "html", "junit", "github"])
    text = json.dumps(mutated(chance, told))
    raw = text.encode() if chance.random() < 0.7 else broken_bytes(chance, broken_text(chance, text))
    Path("plan.json").write_bytes(raw)
    world.reconcile("show", "plan.json", "--format", kind)
    world.reconcile("--once", "--plan", "plan.json")


def caches(world: World, chance: Random) -> None:
    """The cache: whatever stands in it, a pass says the same."""
    expected = world.reconcile("plan", "--format", "json")
    held = [path for path in sorted(Path("cache").rglob("*")) if path.is_file()]
    for path in chance.sample(held, min(len(held), 3)):
        raw = path.read_bytes()
        at = chance.randint(0, len(raw))
        path.write_bytes(chance.choice([b"", raw[:at], raw[:at] + chance.randbytes(8) + raw[at + 8 :], b"{}", b"null"]))
    found = world.reconcile("plan", "--format", "json")
    if _lasting(expected.out) != _lasting(found.out) or expected.code != found.code:
        raise Found(f"a corrupted cache changed a plan:\n{expected.out}\n{found.out}{found.err}")


def _lasting(report: str) -> Any:
    told = json.loads(report)
    return {member: value for member, value in told.items() if member not in {"started", "seconds"}}


def ledger(world: World, chance: Random) -> None:
    """Events in our streams that we did not write, or wrote otherwise."""
    logs = world.aws.client("logs")
    groups = ["/reconciler/team", "/reconciler/team/runs", "/reconciler/team/events"]
    held = [
        (group, stream["logStreamName"])
        for group in groups
        for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]
    ]
    for _ in range(chance.randint(1, 3)):
        group, stream = chance.choice(held)
        told: Any = chance.choice(EVENTS)
        known = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
        if known and chance.random() < 0.7:
            told = parse(chance.choice(known)["message"]) or told
        message = json.dumps(mutated(chance, told)) if chance.random() < 0.8 else broken_text(chance, json.dumps(told))
        event = {"timestamp": int(world.aws.now() * 1000), "message": message or "x"}
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
    for command in chance.sample([["plan"], ["status"], ["runs"], ["logs", "report"], ["retry", "report"]], 2):
        world.reconcile(*command)
    world.reconcile("--once")


def state(world: World, chance: Random) -> None:
    """The embedded AWS's state file."""
    with world.aws.lock():
        told = {"format": 1, "world": world.aws.world.dump(), "moto": []}
    from reconciler.local import state as statefile

    path = Path("state.json")
    statefile.save(path, told["world"], [])  # type: ignore[arg-type]
    raw = path.read_text()
    try:
        text = json.dumps(mutated(chance, json.loads(raw)))
    except ValueError:
        text = raw
    path.write_bytes(text.encode() if chance.random() < 0.7 else broken_bytes(chance, broken_text(chance, text)))
    world.reconcile("status", "--local")
    for left in Path().glob("state.json*"):
        left.unlink()


TARGETS: Mapping[str, Callable[[World, Random], None]] = {
    target.__name__: target for target in (answers, files, saved, caches, ledger, state)
}
