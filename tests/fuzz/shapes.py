"""Manifests from the schemas: whatever has the shape of one, whole or with a place of it wrong."""

import json
from functools import cache
from random import Random
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings

from reconciler.manifests.schema import files as schema_files
from tests.fuzz.case import Case
from tests.fuzz.mutations import mutated
from tests.fuzz.world import World
from tests.manifests.schema_values import values

SCHEMAS: Final = ("ecs-job.schema.json", "batch-job.schema.json", "settings.schema.json")
#: How many documents hypothesis draws at a time: the first of a seed are the simplest.
_DRAWN: Final = 20
#: How often it does so; drawing costs more than what is done with a document.
_DRAWINGS: Final = 64
_ALL: Final = tuple(HealthCheck)


def shapes(_: World, chance: Random) -> Case:
    """Answer a case of a directory with a document that has the shape of a schema."""
    schema = chance.choice(SCHEMAS)
    document = chance.choice(_drawn(schema, chance.getrandbits(16) % _DRAWINGS))
    if chance.random() < 0.4:
        document = mutated(chance, document)
    where = "jobs.d/settings.yaml" if schema.startswith("settings") else "jobs.d/shaped.yaml"
    verbs = (["validate"], ["render"], ["plan"]) if chance.random() < 0.3 else (["validate"], ["render"])
    return Case(commands=[list(verb) for verb in verbs], files={where: json.dumps(document).encode()})


@cache
def _drawn(schema: str, number: int) -> tuple[Any, ...]:
    """Draw documents of a schema: for each number other ones, always the same."""
    found: list[Any] = []

    @seed(number)
    @settings(max_examples=_DRAWN, phases=[Phase.generate], database=None, deadline=None, suppress_health_check=_ALL)
    @given(values(schema, schema_files.read(schema)))
    def draw(document: Any) -> None:
        found.append(document)

    draw()
    return tuple(found)
