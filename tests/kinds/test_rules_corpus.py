"""Real definitions: described, shortened, spelt anew and compared, then changed in one place.

Needs the corpus (`RECONCILER_CORPUS`, or `shared/corpus` beside the checkout) and skips without it. What is known here
of other spellings is written down once more on purpose: the tables must not check themselves.
"""

import copy
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.diff import compare
from reconciler.core.minimal import minimal
from reconciler.kinds.job_definition_rules import RULES as JOB_DEFINITION
from reconciler.kinds.task_definition_rules import RULES as TASK_DEFINITION
from reconciler.model import Path as Place
from tests.kinds.other_spellings import KEYS, SETS, spelt_anew

CORPUS = Path(os.environ.get("RECONCILER_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"{CORPUS} is not here (RECONCILER_CORPUS names it)")

#: Templates, no JSON before somebody fills them in.
TEMPLATES = {
    "aric49__terraform-aws-ecs-fargate__templates__coralogix_task_definition.tpl",
    "huannv93__ucadity-labs1__aws__server__modules__ecs__templates__task_be.tpl",
}
SPELLINGS = 5


def described() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((CORPUS / "described").iterdir()):
        if path.name not in TEMPLATES:
            answer = json.loads(path.read_text(encoding="utf-8-sig"))
            answer = answer.get("data", answer)
            yield path.name, answer.get("taskDefinition", answer)


def job_definitions() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((CORPUS / "batch").iterdir()):
        answer = json.loads(path.read_text(encoding="utf-8-sig"))
        answer = answer.get("data", answer)
        for body in answer.get("jobDefinitions", [answer]):
            yield path.name, body


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def test_what_is_described_is_equal_to_its_shortest_manifest() -> None:
    count = Counter[str]()
    for name, live in described():
        short = minimal(live, TASK_DEFINITION)
        assert compare(short, live, TASK_DEFINITION) == (), name
        assert minimal(short, TASK_DEFINITION) == short, name
        assert len(json.dumps(short)) <= len(json.dumps(live))
        count["task definitions"] += 1
    for name, live in job_definitions():
        short = minimal(live, JOB_DEFINITION)
        assert compare(short, live, JOB_DEFINITION) == (), name
        assert minimal(short, JOB_DEFINITION) == short, name
        count["job definitions"] += 1
    say(f"shortened and equal: {dict(count)}; not read, being templates: {len(TEMPLATES)}")
    assert count["task definitions"] > 100


def test_pairs_of_one_registration_are_equal() -> None:
    count = 0
    for path in sorted((CORPUS / "pairs").glob("*.written.json")):
        other = path.with_name(path.name.replace(".written.", ".described."))
        written, live = (json.loads(file.read_text(encoding="utf-8-sig")) for file in (path, other))
        assert compare(written, live.get("taskDefinition", live), TASK_DEFINITION) == (), path.name
        count += 1
    for path in sorted((CORPUS / "pairs").glob("*.config.json")):
        other = path.with_name(path.name.replace(".config.", ".api."))
        written, live = (
            {"containerProperties": json.loads(file.read_text(encoding="utf-8-sig"))} for file in (path, other)
        )
        assert compare(written, live, JOB_DEFINITION) == (), path.name
        count += 1
    say(f"equal pairs of one registration: {count}")


def test_every_equivalent_spelling_is_equal() -> None:
    chance, count = random.Random(4), 0
    for name, live in described():
        short = minimal(live, TASK_DEFINITION)
        for _ in range(SPELLINGS):
            desired = spelt_anew(short, chance)
            assert compare(desired, live, TASK_DEFINITION) == (), name
            assert compare(live, desired, TASK_DEFINITION) == (), name
            count += 1
    say(f"equivalent spellings, all equal: {count}")


def leaves(value: Any, place: Place = ()) -> Iterator[Place]:
    if isinstance(value, dict):
        for name, nested in value.items():
            yield from leaves(nested, (*place, name))
    elif isinstance(value, list):
        for position, nested in enumerate(value):
            yield from leaves(nested, (*place, position))
    else:
        yield place


def shown(value: Any, place: Place, member: str = "") -> str:
    """Answer how people read a place."""
    if not place:
        return ""
    step, rest = place[0], place[1:]
    entry = value[step]
    if isinstance(step, str):
        return f".{step}{shown(entry, rest, step)}"
    key = entry[KEYS[member]] if member in KEYS else entry if member in SETS else step
    protocol = f"/{entry.get('protocol', 'tcp')}" if member == "portMappings" else ""
    return f"[{key}{protocol}]{shown(entry, rest)}"


def names_its_entry(place: Place) -> bool:
    """Answer whether a leaf is what its entry of a list is told apart by."""
    if isinstance(place[-1], int):
        return place[-2] in SETS
    return len(place) > 2 and place[-1] in {KEYS.get(str(place[-3])), "protocol"} and isinstance(place[-2], int)


def changed(body: dict[str, Any], place: Place) -> tuple[dict[str, Any], Any]:
    """Answer a body with another value at one place, and that value."""
    other = copy.deepcopy(body)
    parent: Any = other
    for step in place[:-1]:
        parent = parent[step]
    old = parent[place[-1]]
    new = not old if isinstance(old, bool) else old + 1 if isinstance(old, int) else f"{old}-x"
    parent[place[-1]] = new
    return other, new


def without_quotes(path: str) -> str:
    return path.replace('["', "[").replace('"]', "]").replace("[", ".").replace("]", "")


def test_one_changed_leaf_is_reported_alone() -> None:
    chance, counted = random.Random(5), Counter[str]()
    for name, live in described():
        short = minimal(live, TASK_DEFINITION)
        places = sorted(leaves(short), key=str)
        for place in chance.sample(places, min(8, len(places))):
            desired, new = changed(short, place)
            # defaults of other members depend on these three, and change with them
            observed = short if place[0] in {"networkMode", "requiresCompatibilities", "runtimePlatform"} else live
            changes = compare(desired, observed, TASK_DEFINITION)
            paths = [without_quotes(change.path) for change in changes]
            path = without_quotes(shown(short, place).removeprefix("."))
            if names_its_entry(place):
                entries = without_quotes(shown(short, place[: -1 if isinstance(place[-1], int) else -2])[1:])
                assert paths, (name, place)
                assert all(path.startswith(f"{entries}.") for path in paths), (name, place, paths)
                counted["part of a name"] += 1
            else:
                assert paths == [path], (name, place, paths)
                assert changes[0].after == new
                counted["alone"] += 1
    say(f"changed leaves reported: {dict(counted)}")
    assert counted["alone"] > 500
