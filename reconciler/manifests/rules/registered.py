"""What no schema can see, of each job and of all of them together.

A rule is a small function over one job in its directory, which yields what it finds; the rooms of rules register them
in tuples. A rule that reads something the schema already objects to is left out, so that one mistake is told once.
"""

from collections.abc import Iterator, Sequence

from reconciler.manifests import tree
from reconciler.manifests.drafts import Draft
from reconciler.manifests.rules.batch import BATCH_RULES
from reconciler.manifests.rules.directory import DIRECTORY_RULES, survey
from reconciler.manifests.rules.ecs import ECS_RULES
from reconciler.manifests.rules.fargate import FARGATE_RULES
from reconciler.manifests.rules.findings import Rule, Scene, doubtful
from reconciler.manifests.rules.run import RUN_RULES
from reconciler.manifests.rules.schedule import SCHEDULE_RULES
from reconciler.manifests.rules.tags import TAG_RULES
from reconciler.manifests.settings import Chosen
from reconciler.model import Problem

_EVERY_KIND = (*DIRECTORY_RULES, *RUN_RULES, *SCHEDULE_RULES, *TAG_RULES)
_RULES: dict[str, tuple[Rule, ...]] = {
    "EcsJob": (*_EVERY_KIND, *ECS_RULES, *FARGATE_RULES),
    "BatchJob": (*_EVERY_KIND, *BATCH_RULES),
}


def check(drafts: Sequence[Draft], chosen: Chosen, names: Sequence[str]) -> list[Problem]:
    """Answer what is wrong with the jobs; `names` are those that are declared in any environment."""
    directory = survey(drafts, names)
    problems: list[Problem] = []
    for each in drafts:
        problems += _problems(Scene(draft=each, directory=directory, chosen=chosen))
    return problems


def _problems(scene: Scene) -> Iterator[Problem]:
    draft = scene.draft
    for rule in _RULES[draft.kind]:
        if doubtful(draft.faults, rule.reads):
            continue
        for finding in rule.check(scene):
            yield Problem(
                message=finding.message,
                severity=finding.severity,
                source=tree.source(draft.place_of(finding.path)),
                path=tree.show(finding.path),
                hint=finding.hint,
                job=draft.name,
            )
