from pathlib import Path

from reconciler.manifests import LoadRequest, files, load
from reconciler.model import Severity
from tests.manifests.conftest import Directory, Write, told

JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: NAME}
spec:
  taskDefinition: {containerDefinitions: [{name: main, image: busybox, memory: 64}]}
"""


def job(name: str) -> str:
    return JOB.replace("NAME", name)


def test_manifests_are_found_at_any_depth_and_hidden_names_are_not(jobs_d: Directory) -> None:
    found = {
        "jobs.d/b.yaml": job("b"),
        "jobs.d/a/deep/er/c.yml": job("c"),
        "jobs.d/a.json": '{"apiVersion": "reconciler/v1", "kind": "EcsJob", "metadata": {"name": "j"}, '
        '"spec": {"taskDefinitionArn": "etl"}}',
        "jobs.d/Shouted.YAML": job("shouted"),
        "jobs.d/several.yaml": job("s1") + "---\n" + job("s2"),
        "jobs.d/.hidden.yaml": "not: [",
        "jobs.d/.git/x.yaml": "not: [",
        "jobs.d/.reconciler/manifest.schema.json": "{}",
        "jobs.d/README.md": "# no manifest",
    }
    manifests = jobs_d.load(found)

    assert manifests.problems == ()
    assert [(job.name, str(job.source)) for job in manifests.jobs] == [
        ("b", "jobs.d/b.yaml:1:1"),
        ("c", "jobs.d/a/deep/er/c.yml:1:1"),
        ("j", "jobs.d/a.json:1:1"),
        ("s1", "jobs.d/several.yaml:1:1"),
        ("s2", "jobs.d/several.yaml:7:1"),
        ("shouted", "jobs.d/Shouted.YAML:1:1"),
    ]


def test_links_inside_the_directory_are_followed_once(jobs_d: Directory, write: Write) -> None:
    write({"jobs.d/a.yaml": job("a"), "jobs.d/..data/b.yaml": job("b")})
    Path("jobs.d/again.yaml").symlink_to("a.yaml")
    Path("jobs.d/b.yaml").symlink_to("..data/b.yaml")  # as Kubernetes mounts a ConfigMap
    Path("jobs.d/loop").symlink_to(".")
    Path("jobs.d/up").mkdir()
    Path("jobs.d/up/loop").symlink_to("../up")
    manifests = jobs_d.load()

    assert manifests.problems == ()
    assert [(job.name, job.source.file) for job in manifests.jobs] == [("a", "jobs.d/a.yaml"), ("b", "jobs.d/b.yaml")]


def test_a_link_that_stands_for_itself_is_told(jobs_d: Directory) -> None:
    Path("jobs.d/loop.yaml").symlink_to("loop.yaml")

    assert jobs_d.errors() == ["jobs.d/loop.yaml: cannot be read: a broken symbolic link to loop.yaml"]


def test_the_directory_itself_may_be_a_link(jobs_d: Directory, write: Write) -> None:
    write({"real/a.yaml": job("a")})
    Path("jobs.d").rmdir()
    Path("jobs.d").symlink_to("real")

    assert [job.source.file for job in jobs_d.load().jobs] == ["jobs.d/a.yaml"]


def test_files_that_manifests_name_are_no_manifests(jobs_d: Directory) -> None:
    definition = '{"containerDefinitions": [{"name": "main", "image": "busybox", "memory": 64}]}'
    overlay = "  environments: {prod: {taskDefinitionFile: td/prod.json}}\n"
    settings = "apiVersion: reconciler/v1\nkind: Settings\nmetadata: {name: t}\nspec:\n"
    settings += (
        "  variableFiles: ['${{ reconciler.env }}.yaml']\n  environments: {staging: {namePrefix: s-}, prod: {}}\n"
    )
    manifests = jobs_d.load(
        {
            "jobs.d/settings.yaml": settings,
            "jobs.d/job.yaml": job("a").replace(
                job("a").splitlines()[4], "  taskDefinitionFile: td/staging.json\n" + overlay
            ),
            "jobs.d/td/staging.json": definition,
            "jobs.d/td/prod.json": definition,
            "jobs.d/staging.yaml": "A: 1\n",
            "jobs.d/prod.yaml": "A: 2\n",
            "jobs.d/extra.json": '{"B": 1}',
        },
        environment="staging",
        variable_files=(Path("jobs.d/extra.json"),),
    )

    assert manifests.problems == ()
    assert [job.name for job in manifests.jobs] == ["s-a"]


def test_a_byte_order_mark_of_utf_8_is_no_part_of_the_text(jobs_d: Directory) -> None:
    assert jobs_d.job({"jobs.d/job.yaml": b"\xef\xbb\xbf" + job("hello").encode()}).name == "hello"


def test_windows_line_ends_count_as_one(jobs_d: Directory) -> None:
    text = job("a").replace("image", "imgae").replace("\n", "\r\n")

    assert jobs_d.errors({"jobs.d/job.yaml": text}) == [
        "jobs.d/job.yaml:5:56 spec.taskDefinition.containerDefinitions[0].imgae: unknown key (did you mean image?)"
    ]


def test_paths_are_shown_as_the_directory_was_named(write: Write) -> None:
    write({"jobs.d/job.yaml": "a: ["})

    assert told(load(Path("./jobs.d/../jobs.d"), LoadRequest()), Severity.ERROR) == [
        "jobs.d/../jobs.d/job.yaml:2:1 a[0]: expected a value (add the value, or write null)"
    ]


def test_the_origin_is_the_path_from_the_git_top_level(tmp_path: Path) -> None:
    (tmp_path / "team" / "jobs.d").mkdir(parents=True)
    assert files.origin(tmp_path / "team" / "jobs.d") == "jobs.d"

    (tmp_path / ".git").mkdir()
    assert files.origin(tmp_path / "team" / "jobs.d") == "team/jobs.d"
    assert files.origin(tmp_path) == "."


def test_the_digest_follows_everything_that_was_read(jobs_d: Directory) -> None:
    manifest = job("a").replace("busybox", "'app:${{ TAG }}'")
    first = jobs_d.load({"jobs.d/job.yaml": manifest}, variables={"TAG": "1"}).digest

    assert jobs_d.load(variables={"TAG": "1"}, os_environment={"HOME": "/"}).digest == first
    assert jobs_d.load(variables={"TAG": "2"}).digest != first
    assert jobs_d.load({"jobs.d/job.yaml": manifest + "# comment\n"}, variables={"TAG": "1"}).digest != first


def test_a_directory_in_a_files_place_is_told_and_stays_closed(tmp_path: Path) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    problem = files.raw(tmp_path, "jobs.d/td.json").problem
    assert problem is not None
    assert problem.message == "cannot be read: Is a directory"
    assert len(list(Path("/dev/fd").iterdir())) == before
