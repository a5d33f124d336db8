from pathlib import Path

import pytest

from reconciler.manifests import environments
from reconciler.model import Settings, Source
from tests.manifests.conftest import Directory

HEAD = "apiVersion: reconciler/v1\nkind: Settings\nmetadata: {name: team}\n"
JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: hello}
spec:
  taskDefinition: {containerDefinitions: [{name: main, image: busybox, memory: 64}]}
"""


def settings(*lines: str) -> str:
    return HEAD + "spec:\n" + "".join(f"  {line}\n" for line in lines)


def test_without_settings_the_owner_is_default(jobs_d: Directory) -> None:
    assert jobs_d.load(JOB).settings == Settings()


def test_everything_that_settings_say(jobs_d: Directory) -> None:
    text = settings(
        "region: eu-west-1",
        'accountId: "111111111111"',
        "roleArn: arn:aws:iam::${{ reconciler.account }}:role/reconciler",
        "readRoleArn: arn:aws:iam::111111111111:role/read",
        "externalId: x",
        "cluster: batch",
        "namePrefix: p-",
        "tags: {team: data, cost: 7}",
        "prune: {enabled: true, maxDeletions: ${{ N }}}".replace("${{ N }}", '"${{ N }}"'),
        "maxReruns: 5",
        "maxConcurrentRuns: 6",
        "history: {retentionDays: 30, events: true}",
        "showValuesOf: [LOG_*]",
    )

    assert jobs_d.load(text, variables={"N": "3"}).settings == Settings(
        owner="team",
        declared=True,
        region="eu-west-1",
        account_id="111111111111",
        role_arn="arn:aws:iam::111111111111:role/reconciler",
        read_role_arn="arn:aws:iam::111111111111:role/read",
        external_id="x",
        cluster="batch",
        name_prefix="p-",
        tags={"team": "data", "cost": "7"},
        prune=True,
        max_deletions=3,
        max_reruns=5,
        max_concurrent_runs=6,
        history_retention_days=30,
        history_events=True,
        show_values_of=("LOG_*",),
        source=Source(file="jobs.d/job.yaml", line=1, column=1),
    )


def test_an_environment_is_a_merge_patch_and_part_of_the_owner(jobs_d: Directory) -> None:
    text = settings(
        "region: eu-west-1",
        "tags: {team: data, stage: none}",
        "defaultEnvironment: staging",
        "environments:",
        "  staging: {namePrefix: stg-, tags: {stage: staging}}",
        "  prod: {region: us-east-1, tags: {stage: null}}",
    )
    staging = jobs_d.load(text).settings
    prod = jobs_d.load(environment="prod").settings

    assert (staging.owner, staging.environment, staging.region, staging.name_prefix, staging.tags) == (
        "team.staging", "staging", "eu-west-1", "stg-", {"team": "data", "stage": "staging"},
    )  # fmt: skip
    assert (prod.owner, prod.environment, prod.region, prod.name_prefix, prod.tags) == (
        "team.prod", "prod", "us-east-1", "", {"team": "data"},
    )  # fmt: skip


def test_the_environments_are_listed_without_parsing_jobs(jobs_d: Directory) -> None:
    jobs_d.load(
        {
            "jobs.d/s.yaml": settings("defaultEnvironment: b", "environments: {b: {namePrefix: b-}, a: {}}"),
            "jobs.d/j.yaml": "x: [",
        }
    )

    assert environments(Path("jobs.d")) == ("a", "b")


def test_no_settings_have_no_environments(jobs_d: Directory) -> None:
    jobs_d.load(JOB)

    assert environments(Path("jobs.d")) == ()


@pytest.mark.parametrize(
    ("lines", "errors"),
    [
        (['requiredVersion: ">=9"'], ["jobs.d/job.yaml:5:3 spec.requiredVersion: expected reconciler >=9, this is 0.1.0 (install a version that fits)"]),
        (["requiredVersion: nine"], ['jobs.d/job.yaml:5:3 spec.requiredVersion: expected versions such as ">=1.2,<2", got "nine"']),
        (["defaultEnvironment: prd", "environments: {prod: {}}"], ['jobs.d/job.yaml:5:3 spec.defaultEnvironment: no environment "prd" (expected one of prod)']),
        (['accountId: "111111111111"', "roleArn: arn:aws:iam::222222222222:role/x"], ["jobs.d/job.yaml:6:3 spec.roleArn: the role is in account 222222222222, accountId is 111111111111"]),
        (["namePrefix: ${{ PREFIX }}"], ["jobs.d/job.yaml:5:15 spec.namePrefix: the variable PREFIX is not set (set it with --var PREFIX=…, in Settings' variables, or write ${{ PREFIX:-default }})"]),
        (["regoin: x"], ["jobs.d/job.yaml:5:3 spec.regoin: unknown key (did you mean region?)"]),
        (["tags: {'aws:x': y}"], ['jobs.d/job.yaml:5:10 spec.tags.aws:x: the tag "aws:x" begins with aws:, which AWS keeps to itself']),
    ],
)  # fmt: skip
def test_what_settings_get_wrong(jobs_d: Directory, lines: list[str], errors: list[str]) -> None:
    assert jobs_d.errors(settings(*lines)) == errors


def test_two_settings_documents(jobs_d: Directory) -> None:
    assert jobs_d.errors({"jobs.d/a.yaml": settings("cluster: x"), "jobs.d/b.yaml": settings("cluster: y")}) == [
        "jobs.d/b.yaml:2:1 kind: a second Settings document (the first is at jobs.d/a.yaml:1:1) (a directory has at most one)"
    ]


def test_two_environments_on_one_target(jobs_d: Directory) -> None:
    text = settings(
        "environments:",
        "  a: {accountId: '111111111111'}",
        "  b: {accountId: '111111111111', variables: {x: y}}",
        "  c: {accountId: '111111111111', namePrefix: c-}",
        "  d: {roleArn: 'arn:aws:iam::111111111111:role/x', namePrefix: c-}",
    )

    assert jobs_d.errors(text, environment="a") == [
        "jobs.d/job.yaml:7:5 spec.environments.b: the same account, region and namePrefix as environment a "
        "(give one of them an accountId, region or namePrefix of its own)",
        "jobs.d/job.yaml:9:5 spec.environments.d: the same account, region and namePrefix as environment c "
        "(give one of them an accountId, region or namePrefix of its own)",
    ]


def test_a_variable_may_name_the_owner(jobs_d: Directory) -> None:
    text = settings("variables: {TEAM: data}", 'tags: {owner: "${{ reconciler.owner }}"}').replace(
        "team", "${{ TEAM }}"
    )

    found = jobs_d.load(text.replace("{name: ${{ TEAM }}}", '{name: "${{ TEAM }}"}')).settings

    assert (found.owner, found.tags) == ("data", {"owner": "data"})


def test_settings_without_a_name_have_nobodys(jobs_d: Directory) -> None:
    found = jobs_d.load("apiVersion: reconciler/v1\nkind: Settings\n")

    assert (found.settings.owner, [str(problem) for problem in found.problems]) == (
        "default",
        ["jobs.d/job.yaml:1:1: metadata is required"],
    )


def test_each_mistake_of_a_variable_is_told_once(jobs_d: Directory) -> None:
    text = settings("variables: {A: [1], reconciler.job: x}", 'variableFiles: ["${{ NOWHERE }}.yaml"]')

    assert jobs_d.errors(text) == [
        "jobs.d/job.yaml:5:15 spec.variables.A: expected text, got a list (quote it to pass it on as YAML text)",
        'jobs.d/job.yaml:5:23 spec.variables["reconciler.job"]: expected letters, digits, dots, underscores and hyphens, '
        "no digit first, and not reconciler. as key",
        "jobs.d/job.yaml:6:19 spec.variableFiles[0]: the variable NOWHERE is not set "
        "(set it with --var NOWHERE=…, in Settings' variables, or write ${{ NOWHERE:-default }})",
    ]
