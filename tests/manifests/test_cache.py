"""What is remembered of a directory makes a reading faster, and never another one."""

import os
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reconciler.manifests import LoadRequest, cache_store, load, yaml12
from reconciler.manifests.recollection import Recollection
from reconciler.model import Manifests
from tests.manifests.conftest import Write

SETTINGS = """\
apiVersion: reconciler/v1
kind: Settings
metadata: {{name: team}}
spec:
  region: eu-west-1
  namePrefix: "{prefix}"
  tags: {{cost: "{cost}"}}
  variables: {{IMAGE: "app:{tag}", GROUP: "/jobs/${{{{ reconciler.job }}}}"}}
  defaults: {{EcsJob: {{taskDefinition: {{cpu: {cpu}, memory: 512}}}}}}
  environments: {{prod: {{}}, test: {{namePrefix: t-}}}}
  defaultEnvironment: prod
"""
JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: {name}{metadata}}}
spec:
  taskDefinition:
    containerDefinitions:
      - {{name: main, image: "{image}", environment: [{{name: {variable}, value: "{value}"}}]}}
{more}
"""
NAMED = '{"containerDefinitions": [{"name": "main", "image": "app:1"}]}'


def job(choose: random.Random) -> str:
    """Answer a job that is in order, or nearly."""
    return JOB.format(
        name=choose.choice(["one", "two", "three", "four"]),
        metadata=choose.choice(["", ", environments: [test]", ", formerNames: [one]"]),
        image=choose.choice(
            ["app:1", "${{ IMAGE }}", "${{ OUTER:-app:2 }}", "${{ TAGGED }}", "app:${{ reconciler.commit }}"]
        ),
        variable=choose.choice(["STAGE", "DB_PASSWORD", "GROUP"]),
        value=choose.choice(["a", "letmein-4711", "${{ GROUP }}", "4.50", "[", "é\\u2028"]),
        more=choose.choice(
            [
                "",
                "  once: {}",
                "  dependsOn: [two]",
                "  suspend: maybe",
                "  nonsense: 1",
                "  environments: {test: {suspend: true}}",
                "  schedule: {cron: 0 3 * * *, engine: reconciler}",
                "  - [",
            ]
        ),
    )


def settings(choose: random.Random) -> str:
    return SETTINGS.format(
        prefix=choose.choice(["", "p-"]),
        cost=choose.choice(["1", "2"]),
        tag=choose.choice(["1", "2", "${{ OUTER:-3 }}"]),
        cpu=choose.choice([256, 512]),
    )


def edit(choose: random.Random) -> None:
    """Change one thing in `jobs.d`."""
    file = Path("jobs.d") / choose.choice(["a.yaml", "b.yaml", "deep/c.yaml", "d.json", "e.yaml"])
    match choose.randrange(8):
        case 0:
            Path("jobs.d/settings.yaml").write_text(settings(choose))
        case 1:
            file.unlink(missing_ok=True)
        case 2:
            file.write_text("---\n".join(job(choose) for _ in range(choose.randrange(1, 4))))
        case 3:
            body = "  taskDefinitionFile: d.json" if choose.random() < 0.5 else "  definitionOf: one"
            file.write_text(f"apiVersion: reconciler/v1\nkind: EcsJob\nmetadata: {{name: five}}\nspec:\n{body}\n")
        case 4:
            Path("jobs.d/d.json").write_text(NAMED)
        case _:
            file.write_text(job(choose))


def read(cache: Path | None, choose: random.Random, recollection: Recollection | None = None) -> Manifests:
    outside = choose.choice([{}, {"OUTER": "app:7"}, {"OUTER": "", "TAGGED": "app:8"}])
    request = LoadRequest(
        environment=choose.choice([None, "test"]),
        os_environment=outside,
        variables=choose.choice([{}, {"IMAGE": "app:9"}]),
        commit=choose.choice([None, "abc", "def"]),
        cache=cache,
    )
    return load(Path("jobs.d"), request, recollection)


@pytest.mark.parametrize("seed", range(12))
def test_a_remembered_answer_equals_a_fresh_one_after_any_edit(seed: int, write: Write, tmp_path: Path) -> None:
    choose, recollection = random.Random(seed), Recollection()
    write({"jobs.d/settings.yaml": settings(choose), "jobs.d/deep/x.yaml": job(choose)})
    for _ in range(25):
        edit(choose)
        asked = choose.randrange(1 << 32)
        fresh = read(None, random.Random(asked))
        from_disk = read(tmp_path / "cache", random.Random(asked))
        from_memory = read(None, random.Random(asked), recollection)
        for remembered in (from_disk, from_memory):
            assert remembered == fresh
            assert [dict(each.sources) for each in remembered.jobs] == [dict(each.sources) for each in fresh.jobs]


GOOD = {
    "jobs.d/settings.yaml": SETTINGS.format(prefix="", cost="1", tag="1", cpu=256),
    "jobs.d/one.yaml": JOB.format(name="one", metadata="", image="app:1", variable="A", value="b", more=""),
    "jobs.d/two.yaml": JOB.format(
        name="two", metadata="", image="${{ IMAGE }}", variable="DB_PASSWORD", value="letmein", more=""
    ),
}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were parsed."""
    names: list[str] = []
    parse = yaml12.read

    def watched(text: str, file: str) -> object:
        names.append(file)
        return parse(text, file)

    monkeypatch.setattr(yaml12, "read", watched)
    return names


def jobs_d(cache: Path, **request: object) -> Manifests:
    return load(Path("jobs.d"), LoadRequest(cache=cache, **request))  # type: ignore[arg-type]


def test_only_what_changed_is_parsed_again(write: Write, tmp_path: Path, parsed: list[str]) -> None:
    write(GOOD)
    first = jobs_d(tmp_path)
    assert parsed == ["jobs.d/one.yaml", "jobs.d/settings.yaml", "jobs.d/two.yaml"]
    parsed.clear()
    assert [str(problem) for problem in jobs_d(tmp_path).problems] == [str(problem) for problem in first.problems]
    assert parsed == ["jobs.d/settings.yaml"]
    assert [str(problem) for problem in first.problems] == [
        "jobs.d/two.yaml:7:59 spec.taskDefinition.containerDefinitions[0].environment[0]: DB_PASSWORD looks like a "
        "secret in plain text (keep it in Secrets Manager or SSM and name it under the container's secrets)"
    ]
    parsed.clear()
    write({"jobs.d/two.yaml": GOOD["jobs.d/two.yaml"].replace("letmein", "letmeout")})
    jobs_d(tmp_path)
    assert parsed == ["jobs.d/settings.yaml", "jobs.d/two.yaml"]


def test_the_lines_of_a_remembered_job_are_looked_up_when_they_are_asked_for(
    write: Write, tmp_path: Path, parsed: list[str]
) -> None:
    write(GOOD)
    jobs_d(tmp_path)
    parsed.clear()
    one = jobs_d(tmp_path).jobs[0]
    assert parsed == ["jobs.d/settings.yaml"]
    assert str(one.sources["spec", "taskDefinition", "containerDefinitions", 0, "image"]) == "jobs.d/one.yaml:7:22"
    assert parsed == ["jobs.d/settings.yaml", "jobs.d/one.yaml"]


def test_remembered_jobs_are_told_apart_without_being_parsed(write: Write, tmp_path: Path, parsed: list[str]) -> None:
    write(GOOD)
    jobs_d(tmp_path)
    before = jobs_d(tmp_path)
    write({"jobs.d/two.yaml": GOOD["jobs.d/two.yaml"].replace("letmein", "letmeout")})
    after = jobs_d(tmp_path)
    parsed.clear()
    assert [first == second for first, second in zip(before.jobs, after.jobs, strict=True)] == [True, False]
    assert parsed == []


def test_other_settings_or_variables_are_another_reading(write: Write, tmp_path: Path, parsed: list[str]) -> None:
    write(GOOD)
    jobs_d(tmp_path)
    parsed.clear()
    write({"jobs.d/settings.yaml": SETTINGS.format(prefix="", cost="1", tag="2", cpu=256)})
    jobs_d(tmp_path)
    assert parsed == ["jobs.d/settings.yaml", "jobs.d/one.yaml", "jobs.d/two.yaml"]
    parsed.clear()
    jobs_d(tmp_path, variables={"IMAGE": "app:3"})
    assert parsed == ["jobs.d/settings.yaml", "jobs.d/two.yaml"]


def files(cache: Path) -> list[Path]:
    return sorted(path for path in (cache / "manifests-1").iterdir() if path.is_file())


def test_what_came_from_outside_the_directory_is_not_stored(write: Write, tmp_path: Path) -> None:
    write(GOOD)
    jobs_d(tmp_path, os_environment={"IMAGE": "unused"}, variables={"IMAGE": "registry/token-4711"})
    (stored,) = files(tmp_path)
    assert "app:1" in stored.read_text()
    assert "token-4711" not in stored.read_text()


def damage_cut(stored: bytes) -> bytes:
    return stored[: len(stored) // 2]


def damage_value(stored: bytes) -> bytes:
    return stored.replace(b"app:1", b"app:6")


def damage_context(stored: bytes) -> bytes:
    return b"0" * 32 + stored[32:]


def damage_header(stored: bytes) -> bytes:
    return b"\xff\xfe" + stored


@pytest.mark.parametrize("damage", [damage_cut, damage_value, damage_context, damage_header, lambda _: b""])
def test_a_damaged_memory_is_only_slower(
    damage: Callable[[bytes], bytes], write: Write, tmp_path: Path, parsed: list[str]
) -> None:
    write(GOOD)
    first = jobs_d(tmp_path)
    (stored,) = files(tmp_path)
    stored.write_bytes(damage(stored.read_bytes()))
    parsed.clear()
    assert jobs_d(tmp_path) == first
    assert set(parsed) == set(GOOD)
    parsed.clear()
    jobs_d(tmp_path)
    assert parsed == ["jobs.d/settings.yaml"]


@pytest.mark.parametrize("loosened", ["file", "directory"])
def test_a_memory_that_others_may_write_is_not_believed(
    loosened: str, write: Write, tmp_path: Path, parsed: list[str]
) -> None:
    write(GOOD)
    jobs_d(tmp_path)
    (stored,) = files(tmp_path)
    assert (stored.stat().st_mode & 0o777, stored.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    (stored if loosened == "file" else stored.parent).chmod(0o777)
    parsed.clear()
    jobs_d(tmp_path)
    assert set(parsed) == set(GOOD)


def test_a_place_that_cannot_be_written_is_no_error(write: Write, tmp_path: Path) -> None:
    write({**GOOD, "full/manifests-1": "a file where a directory should be"})
    assert [each.name for each in jobs_d(tmp_path / "full").jobs] == ["one", "two"]


def test_the_memories_of_many_directories_are_bounded(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_store, "_MOST_FILES", 2)
    write(GOOD)
    (tmp_path / "jobs.d").rename(tmp_path / "first")
    for name in ("second", "third"):
        write({file.replace("jobs.d", name): text for file, text in GOOD.items()})
    for age, name in enumerate(("first", "second", "third")):
        load(Path(name), LoadRequest(cache=tmp_path / "cache"))
        for stored in files(tmp_path / "cache"):
            if stored.stat().st_mtime_ns > 1_000_000_000_000:
                os.utime(stored, (age, age))
    assert [stored.stat().st_mtime for stored in sorted(files(tmp_path / "cache"), key=os.path.getmtime)] == [1.0, 2.0]


def test_two_processes_at_once_leave_one_whole_memory(write: Write, tmp_path: Path, parsed: list[str]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    write(GOOD)
    requests: list[Mapping[str, object]] = [{"variables": {"IMAGE": f"app:{number}"}} for number in range(8)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda request: jobs_d(tmp_path, **request), requests))
    parsed.clear()
    jobs_d(tmp_path)
    assert "jobs.d/one.yaml" not in parsed
    assert len(files(tmp_path)) == 1
