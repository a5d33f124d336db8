"""docs/ci.md: its pipelines parse, every reconcile command in them is run, and so are the scripts that comment."""

import json
import os
import re
import shlex
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.local import LocalAws
from tests.cli.command_line import Reconcile
from tests.cli.test_against import git

PAGE = Path(__file__).parents[2] / "docs" / "ci.md"
GITHUB, GITLAB = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
(SHELL,) = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
#: What the pipelines' variables are here.
VARIABLES = {"GITHUB_BASE_REF": "main", "base": "origin/main"}


def pipeline(text: str) -> Any:
    return yaml.load(text, Loader=yaml.BaseLoader)


def commands() -> Iterator[tuple[str, str]]:
    """Answer every reconcile command of the page with the job that it stands in."""
    for name, job in pipeline(GITHUB)["jobs"].items():
        for step in job["steps"]:
            yield from ((f"github {name}", line) for line in step.get("run", "").splitlines())
    for name, job in pipeline(GITLAB).items():
        if isinstance(job, dict):
            scripts = [line for line in job.get("script", ()) if isinstance(line, str)]
            yield from ((f"gitlab {name}", line) for line in scripts)
    yield from (("saved plan", line) for line in SHELL.splitlines())


RUN = [(where, line) for where, line in commands() if line.startswith("reconcile ")]


@pytest.fixture
def checkout(jobs: Path, on_virtual_time: LocalAws) -> Path:
    """What a pipeline finds: the repository checked out at a commit of a branch."""
    git("init", "--quiet", "--initial-branch=main")
    git("add", "jobs.d")
    git("commit", "--quiet", "--message", "first")
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    return jobs


def arguments(line: str) -> list[str]:
    filled = re.sub(r"\$(\w+)", lambda found: VARIABLES[found[1]], line)
    return shlex.split(filled)[1:]


def test_the_page_has_the_commands_that_it_promises() -> None:
    verbs = {where: [line.split()[1] for at, line in RUN if at == where] for where, _ in RUN}
    expected = {"plan": ["validate", "plan"], "apply": ["--once"], "drift": ["drift"]}
    assert verbs == {
        **{f"{host} {job}": told for host in ("github", "gitlab") for job, told in expected.items()},
        "saved plan": ["plan", "show", "--once"],
    }


@pytest.mark.parametrize("host", ["github", "gitlab", "saved plan"])
def test_every_command_runs_in_the_order_of_a_merge(
    checkout: Path, reconcile: Reconcile, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    for where, line in RUN:
        if not where.startswith(host):
            continue
        paced = [] if re.search(r"validate|show", line) else ["--rate-limits", "off"]
        answer = reconcile(*arguments(line), *paced)
        assert answer.code == 0, (line, answer.out, answer.err)
        for written in re.findall(r"--(?:report \w+=|out )(\S+)", line):
            assert Path(written).stat().st_size > 0, (line, written)
            if "plan --against" in line and written.endswith(".md"):
                assert Path(written).read_text().startswith("<!-- reconciler:plan:team -->\n")


def script_of_github() -> str:
    (step,) = (step for step in pipeline(GITHUB)["jobs"]["plan"]["steps"] if "gh api" in step.get("run", ""))
    return str(step["run"])


FAKE_GH = """\
#!/bin/sh
echo "$@" >> calls
case "$*" in *--paginate*) cat found;; esac
"""


def test_githubs_comment_is_made_once_and_then_updated(tmp_path: Path) -> None:
    (tmp_path / "gh").write_text(FAKE_GH)
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "plan.md").write_text("<!-- reconciler:plan:team -->\n### a plan\n")
    told = {"GITHUB_REPOSITORY": "team/jobs", "PR": "7", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for found, made in (
        ("", "--silent repos/team/jobs/issues/7/comments"),
        ("41\n", "-X PATCH repos/team/jobs/issues/comments/41"),
    ):
        (tmp_path / "found").write_text(found)
        (tmp_path / "calls").unlink(missing_ok=True)
        subprocess.run(["bash", "-e", "-c", script_of_github()], cwd=tmp_path, env=told, check=True)
        look, call = (tmp_path / "calls").read_text().splitlines()
        assert 'startswith("<!-- reconciler:plan:team -->")' in look
        assert made in call
        assert call.endswith("-F body=@plan.md")


class Notes(BaseHTTPRequestHandler):
    """A GitLab that has one merge request, and remembers its notes."""

    def answer(self, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def told(self) -> str:
        assert self.headers["PRIVATE-TOKEN"] == "secret"
        length = int(self.headers["Content-Length"])
        return str(json.loads(self.rfile.read(length))["body"])

    def do_GET(self) -> None:
        self.answer([{"id": number, "body": body} for number, body in self.server.notes.items()])  # type: ignore[attr-defined]

    def do_POST(self) -> None:
        self.server.notes[len(self.server.notes)] = self.told()  # type: ignore[attr-defined]
        self.answer({})

    def do_PUT(self) -> None:
        self.server.notes[int(self.path.rpartition("/")[2])] = self.told()  # type: ignore[attr-defined]
        self.answer({})

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_gitlabs_comment_is_made_once_and_then_updated(tmp_path: Path) -> None:
    (script,) = pipeline(GITLAB)["plan"]["after_script"]
    with HTTPServer(("127.0.0.1", 0), Notes) as server:
        server.notes = {0: "looks good"}  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        python = shutil.which("python3") or "python3"
        (tmp_path / "python").symlink_to(python)
        told = {
            "CI_API_V4_URL": f"http://127.0.0.1:{server.server_port}",
            "CI_PROJECT_ID": "1",
            "CI_MERGE_REQUEST_IID": "7",
            "COMMENT_TOKEN": "secret",
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
        }
        for text in ("first", "second"):
            (tmp_path / "plan.md").write_text(f"<!-- reconciler:plan:team -->\n### {text}\n")
            subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=told, check=True)
            assert server.notes == {0: "looks good", 1: f"<!-- reconciler:plan:team -->\n### {text}\n"}  # type: ignore[attr-defined]
        server.shutdown()


def test_every_shell_script_of_the_pipelines_is_one() -> None:
    steps = [step["run"] for job in pipeline(GITHUB)["jobs"].values() for step in job["steps"] if "run" in step]
    lines = [line for job in pipeline(GITLAB).values() if isinstance(job, dict) for line in job.get("script", ())]
    for script in (
        *steps,
        *(line for line in lines if isinstance(line, str)),
        *pipeline(GITLAB)["plan"]["after_script"],
    ):
        subprocess.run(["bash", "-n", "-c", script], check=True)
