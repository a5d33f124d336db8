import pytest

from tests.manifests.conftest import Directory

HEAD = "apiVersion: reconciler/v1\nkind: EcsJob\nmetadata: {name: NAME}\nspec:\n"
BODY = "  taskDefinition: {containerDefinitions: [{name: main, image: busybox, memory: 64}]}\n"
SETTINGS = "apiVersion: reconciler/v1\nkind: Settings\nmetadata: {name: team}\nspec:\n"
BATCH = HEAD.replace("EcsJob", "BatchJob") + (
    "  jobDefinition:\n    type: container\n    containerProperties:\n      image: busybox\n"
    "      resourceRequirements: [{type: VCPU, value: 1}, {type: MEMORY, value: 64}]\n"
)


def job(name: str, lines: str = "", body: str = BODY) -> str:
    return HEAD.replace("NAME", name) + body + lines


def directory(*jobs: str, settings: str = "") -> dict[str, str]:
    documents = {f"jobs.d/{chr(ord('a') + number)}.yaml": text for number, text in enumerate(jobs)}
    return documents | ({"jobs.d/settings.yaml": SETTINGS + settings} if settings else {})


def test_a_name_must_fit_with_its_prefix(jobs_d: Directory) -> None:
    name = "n" * 62

    assert jobs_d.errors(directory(job(name), settings="  namePrefix: stg-\n")) == [
        f'jobs.d/a.yaml:3:12 metadata.name: expected at most 64 characters, got 66 ("stg-{name}") '
        "(shorten the name or Settings' namePrefix)"
    ]


def test_two_families_alike(jobs_d: Directory) -> None:
    family = "  taskDefinition: {family: a, containerDefinitions: [{name: main, image: busybox, memory: 64}]}\n"

    assert jobs_d.errors(directory(job("a"), job("b", body=family))) == [
        'jobs.d/b.yaml:5:20 spec.taskDefinition.family: family "a" is also that of job a (jobs.d/a.yaml:1:1) '
        "(use definitionOf to run one definition in several ways)"
    ]


def test_a_family_and_a_job_definition_may_be_called_alike(jobs_d: Directory) -> None:
    family = "  taskDefinition: {family: b, containerDefinitions: [{name: main, image: busybox, memory: 64}]}\n"

    assert jobs_d.errors(directory(job("a", body=family), BATCH.replace("NAME", "b"))) == []


def test_dependencies(jobs_d: Directory) -> None:
    lines = "  dependsOn: [once, report, onec]\n"

    assert jobs_d.errors(directory(job("main", lines), job("once", "  once: {}\n"), job("report"))) == [
        'jobs.d/a.yaml:6:21 spec.dependsOn[1]: job "report" is no one-shot (expected a job with spec.once) '
        "(only a one-shot has a result to wait for)",
        'jobs.d/a.yaml:6:29 spec.dependsOn[2]: no job "onec" (expected one of once, report) (did you mean once?)',
    ]


def test_a_dependency_that_exists_in_another_environment_only(jobs_d: Directory) -> None:
    once = job("once", "  once: {}\n").replace("{name: once}", "{name: once, environments: [prod]}")
    files = directory(
        job("main", "  dependsOn: [once]\n"), once, settings="  environments: {prod: {namePrefix: p-}, dev: {}}\n"
    )

    assert jobs_d.errors(files, environment="prod") == []
    assert jobs_d.errors(files, environment="dev") == [
        'jobs.d/a.yaml:6:15 spec.dependsOn[0]: job "once" does not exist in environment dev '
        "(its metadata.environments leaves dev out)"
    ]


def test_a_dependency_on_a_broken_job_is_not_called_unknown(jobs_d: Directory) -> None:
    broken = job("once", "  once: {}\n  x: 1\n")

    assert jobs_d.errors(directory(job("main", "  dependsOn: [once]\n"), broken)) == [
        "jobs.d/b.yaml:7:3 spec.x: unknown key"
    ]


def test_circles_are_told_once_each(jobs_d: Directory) -> None:
    files = directory(
        job("a", "  once: {}\n  dependsOn: [c]\n"),
        job("b", "  once: {}\n  dependsOn: [a]\n"),
        job("c", "  once: {}\n  dependsOn: [b]\n"),
        job("d", "  once: {}\n  dependsOn: [d]\n"),
        job("e", "  dependsOn: [a]\n"),
    )

    assert jobs_d.errors(files) == [
        "jobs.d/a.yaml:7:15 spec.dependsOn[0]: the jobs wait for each other in a circle (a → c → b → a)",
        "jobs.d/d.yaml:7:15 spec.dependsOn[0]: the jobs wait for each other in a circle (d → d)",
    ]


def test_a_circle_of_a_name_that_is_taken_twice_is_told_of_the_first(jobs_d: Directory) -> None:
    assert jobs_d.errors(directory(job("a", "  once: {}\n  dependsOn: [a]\n"), job("a", "  once: {}\n"))) == [
        "jobs.d/a.yaml:7:15 spec.dependsOn[0]: the jobs wait for each other in a circle (a → a)",
        'jobs.d/b.yaml:3:12 metadata.name: duplicate name "a" (first at jobs.d/a.yaml:3:12)',
    ]


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("ownre", 'no job "ownre" (expected one of batch, linked, owner) (did you mean owner?)'),
        ("linked", 'job "linked" owns no definition (expected a job with spec.taskDefinition)'),
        ("batch", 'expected another EcsJob, "batch" is of kind BatchJob'),
    ],
)
def test_the_definition_of_another_job(jobs_d: Directory, target: str, error: str) -> None:
    files = directory(
        job("a", body=f"  definitionOf: {target}\n"),
        job("owner"),
        job("linked", body="  taskDefinitionArn: etl\n"),
        BATCH.replace("NAME", "batch"),
    )

    assert jobs_d.errors(files) == [f"jobs.d/a.yaml:5:3 spec.definitionOf: {error}"]


def test_former_names(jobs_d: Directory) -> None:
    def renamed(name: str, former: str) -> str:
        return job(name).replace(f"{{name: {name}}}", f"{{name: {name}, formerNames: [{former}]}}")

    assert jobs_d.errors(directory(renamed("a", "b, old"), renamed("b", "old"))) == [
        'jobs.d/a.yaml:3:35 metadata.formerNames[0]: "b" is the name of a job of this directory',
        'jobs.d/b.yaml:3:35 metadata.formerNames[0]: job a claims the former name "old" already',
    ]


def test_ten_thousand_jobs_in_a_chain_are_checked(jobs_d: Directory) -> None:
    chain = [job("j0", "  once: {}\n")]
    chain += [
        job(f"j{n}", f"  once: {{}}\n  dependsOn: [j{n - 1}]\n", "  taskDefinitionArn: etl\n") for n in range(1, 3000)
    ]

    assert jobs_d.errors({"jobs.d/all.yaml": "---\n".join(chain)}) == []
