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
from reconciler.manifests.rules.ignored import IGNORED_RULES
from reconciler.manifests.rules.run import RUN_RULES
from reconciler.manifests.rules.schedule import SCHEDULE_RULES
from reconciler.manifests.rules.tags import TAG_RULES
from reconciler.manifests.settings import Chosen
from reconciler.model import Problem

_EVERY_KIND = (*RUN_RULES, *SCHEDULE_RULES, *TAG_RULES, *IGNORED_RULES)
#: What a job is held against by itself, or with the definition it shares.
_OF_ITSELF: dict[str, tuple[Rule, ...]] = {
    "EcsJob": (*_EVERY_KIND, *ECS_RULES, *FARGATE_RULES),
    "BatchJob": (*_EVERY_KIND, *BATCH_RULES),
}


def check(
    drafts: Sequence[Draft], chosen: Chosen, names: Sequence[str]
) -> tuple[list[Problem], Sequence[tuple[Problem, ...]]]:
    """Answer what is wrong with the jobs among each other, and what is wrong with each by itself.

    `names` are those that are declared in any environment.
    """
    directory = survey(drafts, names)
    scenes = [Scene(draft=each, directory=directory, chosen=chosen) for each in drafts]
    among = [problem for scene in scenes for problem in _problems(scene, DIRECTORY_RULES)]
    return among, [_of_itself(scene) for scene in scenes]


def _of_itself(scene: Scene) -> tuple[Problem, ...]:
    found = scene.draft.findings
    return found if found is not None else tuple(_problems(scene, _OF_ITSELF[scene.draft.kind]))


def _problems(scene: Scene, rules: Sequence[Rule]) -> Iterator[Problem]:
    draft = scene.draft
    for rule in rules:
        if draft.doubted and doubtful(draft.doubted, rule.reads):
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
