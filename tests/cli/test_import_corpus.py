"""Real task definitions, registered by somebody else, imported, adopted, and changed in one place.

Needs the corpus (`RECONCILER_CORPUS`, or `shared/corpus` beside the checkout) and skips without it.
"""

import copy
import json
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from tests.cli.command_line import Reconcile
from tests.cli.test_import import clients
from tests.kinds.test_rules_corpus import leaves, names_its_entry, shown, without_quotes

CORPUS = Path(os.environ.get("RECONCILER_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
pytestmark = pytest.mark.skipif(not (CORPUS / "described").is_dir(), reason="the corpus is not here")
READ_ONLY = {
    *("taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "tags"),
    *("registeredAt", "registeredBy", "deregisteredAt", "deleteRequestedAt"),
}
#: A change of these makes other members mean something else, or is refused.
ENTANGLED = {"networkMode", "requiresCompatibilities", "runtimePlatform", "cpu", "memory", "family"}


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def described() -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Answer each definition under a family of its own, and how many lines the file has that describes it."""
    for number, path in enumerate(sorted((CORPUS / "described").iterdir())):
        raw = path.read_bytes()
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        try:
            answer = json.loads(text)
        except ValueError:
            continue  # a template, no JSON before somebody fills it in
        answer = answer.get("data", answer)
        body = without_nulls(answer.get("taskDefinition", answer))
        yield f"family-{number:03}", len(text.splitlines()), body


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value if item is not None] if isinstance(value, list) else value


def registered(ecs: Any, family: str, body: dict[str, Any]) -> bool:
    request = {name: value for name, value in body.items() if name not in READ_ONLY}
    try:
        ecs.register_task_definition(**{**request, "family": family})
    except (ClientError, ParamValidationError):
        return False
    return True


def changed(body: Any, place: tuple[Any, ...]) -> Any:
    other = copy.deepcopy(body)
    parent = other
    for step in place[:-1]:
        parent = parent[step]
    old = parent[place[-1]]
    parent[place[-1]] = not old if isinstance(old, bool) else old + 1 if isinstance(old, int) else f"{old}x"
    return other


def test_real_definitions_are_imported_in_sync_adopted_and_one_changed_leaf_is_seen(
    jobs: Path, reconcile: Reconcile
) -> None:
    (jobs / "hello.yaml").unlink()
    every = list(described())
    with clients() as client:
        ecs = client("ecs")
        live = {family: (lines, body) for family, lines, body in every if registered(ecs, family, body)}
    said: list[str] = []
    answer = reconcile("import", "--all", "--local")
    written = {path.stem: path.read_text() for path in jobs.glob("family-*.yaml")}
    assert set(written) == set(live)
    for name in [line.split("jobs.d/")[1].split(".yaml")[0] for line in answer.err.splitlines() if "error" in line]:
        said += [f"not valid as it lives: {line}" for line in answer.err.splitlines() if name in line]
        (jobs / f"{name}.yaml").unlink(missing_ok=True)
        written.pop(name, None)

    drift = json.loads(reconcile("drift", "--local", "--format", "json").out)
    assert {job["name"]: job["changes"] for job in drift["jobs"] if job["sync"] != "InSync"} == {}
    assert len(drift["jobs"]) == len(written)
    lines = {name: (text.count("\n"), live[name][0]) for name, text in written.items()}
    after, before = (sum(side) for side in zip(*lines.values(), strict=True))
    worst = max(lines, key=lambda name: lines[name][0] / lines[name][1])
    said.append(
        f"{len(every)} described, {len(live)} registered, {len(written)} imported and in sync; {after} lines of "
        f"{before} ({after / before:.0%}), at most {lines[worst][0]} of {lines[worst][1]} ({worst})"
    )
    assert {name: pair for name, pair in lines.items() if pair[0] * 3 > pair[1]} == {}

    for path in jobs.glob("family-*.yaml"):
        path.unlink()
    reconcile("import", *written, "--local")
    assert {path.stem: path.read_text() for path in jobs.glob("family-*.yaml")} == written

    assert f"apply: {len(written)} adopted" in reconcile("--once", "--local").out
    assert "apply: nothing to do" in reconcile("--once", "--local").out

    chance, wanted = random.Random(8), {}
    with clients() as client:
        ecs = client("ecs")
        for name in sorted(written):
            body = ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]
            body = {member: value for member, value in body.items() if member not in READ_ONLY}
            places = [place for place in leaves(body) if place[0] not in ENTANGLED and not names_its_entry(place)]
            for place in chance.sample(places, min(6, len(places))):
                if registered(ecs, name, changed(body, place)):
                    wanted[name] = without_quotes(shown(body, place).removeprefix("."))
                    break
    drift = json.loads(reconcile("drift", "--local", "--format", "json").out)
    seen = {job["name"]: [without_quotes(change["path"]) for change in job["changes"]] for job in drift["jobs"]}
    assert {name: seen[name] for name in wanted} == {name: [path] for name, path in wanted.items()}
    assert [name for name in seen if seen[name] and name not in wanted] == []
    said.append(f"one leaf changed on the live side, and exactly that one reported: {len(wanted)}")
    say("\n".join(said))
    assert len(wanted) > 100
