"""Real answers of DescribeTaskDefinition: registering what each was made from must give it back, less the identifiers.

The corpus is not part of the project: RECONCILER_CORPUS, else `../shared/corpus` beside the checkout; skipped without.
What an answer was made from is not recorded, so two inputs are tried for each: the answer's own body, and that body
without everything that AWS is said to fill in, its variables in another order.
"""

import json
import os
import sys
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from reconciler.local import LocalAws
from reconciler.local.ecs.defaults import java_hash

CORPUS = Path(os.environ.get("RECONCILER_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
READ_ONLY = (
    *("taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities"),
    *("registeredAt", "registeredBy", "deregisteredAt", "deleteRequestedAt", "tags"),
)

pytestmark = pytest.mark.skipif(not (CORPUS / "described").is_dir(), reason="the corpus is not here")

OLDER = "older: AWS fills systemControls only since the middle of 2024"
CUT = "cut: the one who kept the answer left out what AWS always fills in"
EDITED = "edited: variables were appended by hand after describing, so their order is not AWS's"
TEMPLATE = "template: placeholders where AWS wants a name, a role or an image"
NOT_JSON = "template: not JSON before it is rendered"
WRITTEN = "edited into something that AWS refuses to register"

EXPLAINED = {
    "aric49__terraform-aws-ecs-fargate__templates__coralogix_task_definition.tpl": NOT_JSON,
    "huannv93__ucadity-labs1__aws__server__modules__ecs__templates__task_be.tpl": NOT_JSON,
    "id__23280019607#block.json": TEMPLATE,
    "stuartshay__AzureDevOpsKats__.aws__task-definition.json": TEMPLATE,
    "AkshathRaghav__cubord.io__task-definition.json@8039b67a85.json": TEMPLATE,
    "AkshathRaghav__cubord.io__task-definition.json@fef630bc12.json": TEMPLATE,
    "CS3219-AY2223S1-T33__cs3219-project-ay2223s1-g33__.aws__task-definition.json": TEMPLATE,
    "UltravioletaDAO__x402-rs__current-task-def.json": WRITTEN,
    "AlpriElse__uiuc-hammock-spots__.aws__task-definition.json@bf9b92e6d1.json": WRITTEN,
    "Decpwnz__horsescanfly__ecs-task-definition.json": WRITTEN,
    "AlpriElse__uiuc-hammock-spots__.aws__task-definition.json@ec180be4a1.json": CUT,
    "aws__aws-cli__awscli__examples__ecs__deregister-task-definition.rst#block1.json": CUT,
    "awsdocs__amazon-ecs-developer-guide__doc_source__ECS_AWSCLI_EC2.md#block9.json": CUT,
    "aws__aws-cli__awscli__examples__ecs__describe-task-definition.rst#block1.json": CUT,
    "marion205__RichesReach__final-td.json": EDITED,
    "marion205__RichesReach__updated-td.json": EDITED,
    "jeujai__Librarian__archive__task-definitions__dev-config__task-definition-rev41.json": EDITED,
    "jeujai__Librarian__task-definition-69-full.json": EDITED,
}


def read(path: Any) -> Any:
    """The definition in a file, nulls (the old console's spelling of absent) left out; None where it is not JSON."""
    raw = path.read_bytes()
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    try:
        told = json.loads(text)
    except ValueError:
        return None
    told = told.get("data", told)
    return without_nulls(told.get("taskDefinition", told))


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value if item is not None] if isinstance(value, list) else value


def body(definition: Any) -> Any:
    return {name: value for name, value in definition.items() if name not in READ_ONLY}


def bare(definition: Any) -> Any:
    """The body without what AWS fills in by itself, variables sorted where no two share a slot of the hash map."""
    less = deepcopy(definition)
    for name in ("volumes", "placementConstraints"):
        if less.get(name) == []:
            del less[name]
    awsvpc = less.get("networkMode") == "awsvpc"
    for container in less["containerDefinitions"]:
        filled: dict[str, Any] = {"cpu": 0, "essential": True}
        filled |= {name: [] for name in ("environment", "mountPoints", "volumesFrom", "portMappings", "systemControls")}
        for name, value in filled.items():
            if container.get(name) == value:
                del container[name]
        for port in container.get("portMappings", ()):
            if port.get("protocol") == "tcp":
                del port["protocol"]
            if port.get("hostPort") == (port.get("containerPort") if awsvpc else 0):
                port.pop("hostPort", None)
        check = container.get("healthCheck", {})
        for name, value in {"interval": 30, "timeout": 5, "retries": 3}.items():
            if check.get(name) == value:
                del check[name]
        variables = container.get("environment", [])
        slots = [(code := java_hash(item["name"])) ^ (code >> 16) for item in variables]
        size = 1 << max(len(variables) * 2 - 1, 1).bit_length()
        if len({slot % size for slot in slots}) == len(slots) and len({slot % (size // 2) for slot in slots}) == len(
            slots
        ):
            variables.sort(key=lambda item: item["name"])
    return less


def verdict(ecs: Any, definition: Any, sent: Any) -> Any:
    """`equal`, `older`, or what differs."""
    try:
        told = ecs.register_task_definition(**sent)["taskDefinition"]
    except (ClientError, ParamValidationError) as error:
        return str(error).partition("\n")[0]
    told = body(ecs.describe_task_definition(taskDefinition=told["taskDefinitionArn"])["taskDefinition"])
    if told == definition:
        return "equal"
    for container, recorded in zip(told["containerDefinitions"], definition["containerDefinitions"], strict=True):
        if container["systemControls"] == [] and "systemControls" not in recorded:
            del container["systemControls"]
    return OLDER if told == definition else "different"


@pytest.fixture(scope="module")
def verdicts() -> Any:
    """The verdict of each file, for both inputs."""
    told = {}
    with LocalAws(clock="manual") as aws:
        ecs = aws.client("ecs")
        for path in sorted((CORPUS / "described").iterdir()):
            definition = read(path)
            if definition is None:
                told[path.name] = ("not JSON", "not JSON")
                continue
            definition = body(definition)
            told[path.name] = (verdict(ecs, definition, definition), verdict(ecs, definition, bare(definition)))
        assert aws.crashes == []
    return told


@pytest.mark.parametrize("which", [0, 1], ids=["as-described", "bare"])
def test_every_difference_is_explained(
    verdicts: dict[str, tuple[str, str]], which: Any, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    differing = {name: told[which] for name, told in verdicts.items() if told[which] not in ("equal", OLDER)}
    unexplained = {name: told for name, told in differing.items() if name not in EXPLAINED}
    counts = Counter(
        "equal" if told[which] == "equal" else EXPLAINED.get(name, told[which]) for name, told in verdicts.items()
    )
    real = len(verdicts) - len(differing)
    record_property("share", f"{real}/{len(verdicts)}")
    with capsys.disabled():
        sys.stdout.write(f"\n{real} of {len(verdicts)} recorded answers come back whole: {dict(counts)}\n")
    assert unexplained == {}


def test_every_explanation_is_needed(verdicts: dict[str, tuple[str, str]]) -> None:
    """A file that comes back whole needs no excuse."""
    assert [name for name in EXPLAINED if name in verdicts and verdicts[name][0] in ("equal", OLDER)] == []


@pytest.mark.parametrize(
    "described", sorted((CORPUS / "pairs").glob("*.described.json")), ids=lambda path: path.name.split("__")[0]
)
def test_a_written_file_becomes_what_was_recorded_of_it(aws: LocalAws, described: Any) -> None:
    """Pairs of what was written and what AWS described of that very registration."""
    recorded = body(read(described))
    written = body(read(described.with_name(described.name.replace(".described.", ".written."))))
    assert verdict(aws.client("ecs"), recorded, written) == "equal"
