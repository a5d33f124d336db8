"""`reconcile local` in the foreground, and what `--local` finds: the running one, else one of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import UsageError
from reconciler.local.connection import connected, default_state
from reconciler.local.discovery import find
from reconciler.local.foreground import run

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from pathlib import Path
from reconciler.local.foreground import run
run(state=Path(sys.argv[1]), account="222233334444", region="eu-west-1", clusters=["jobs"])
"""


@contextmanager
def foreground(state: Path, script: str = SCRIPT) -> Iterator[Any]:
    """The foreground command in a process of its own, with the lines it printed first."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(state)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, [process.stdout.readline().rstrip() for _ in range(7)]
    finally:
        process.kill()
        process.communicate()


def names(connection: Any) -> Any:
    import boto3

    session = boto3.session.Session(connection.environment["AWS_ACCESS_KEY_ID"], "x", region_name=connection.region)
    ecs = session.client("ecs", endpoint_url=connection.endpoint)
    arns = ecs.list_clusters()["clusterArns"]
    ecs.close()
    return arns


def test_it_prints_variables_keeps_its_state_and_is_found(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with foreground(state) as (process, lines):
        assert [line.partition("=")[0] for line in lines] == [
            "export AWS_ENDPOINT_URL",
            "export AWS_ACCESS_KEY_ID",
            "export AWS_SECRET_ACCESS_KEY",
            "export AWS_DEFAULT_REGION",
            "export AWS_REGION",
            "export AWS_EC2_METADATA_DISABLED",
            "export AWS_DISABLE_HOST_PREFIX_INJECTION",
        ]
        assert re.fullmatch(r"export AWS_ENDPOINT_URL=http://127\.0\.0\.1:\d+", lines[0])
        running = find(state)
        assert running is not None
        assert (running.account, running.region, running.pid) == ("222233334444", "eu-west-1", process.pid)
        with connected(state=state, account="333344445555", region="us-west-2", clusters=["other"]) as connection:
            assert connection.endpoint == running.endpoint
            assert names(connection) == ["arn:aws:ecs:us-west-2:333344445555:cluster/other"]
            before = connection.clock.now()
            connection.clock.sleep(3600)
            assert (connection.clock.now() - before).total_seconds() >= 3600
        with pytest.raises(UsageError, match="another embedded AWS uses this state file"):
            run(state=state)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert find(state) is None
    with connected(state=state, account="333344445555", region="us-west-2") as connection:
        assert names(connection) == ["arn:aws:ecs:us-west-2:333344445555:cluster/other"]


def test_commands_one_after_the_other_tell_one_story(tmp_path: Path) -> None:
    state = tmp_path / "below" / "state.json"
    with connected(state=state, clusters=["jobs"]) as connection:
        first = connection.endpoint
        assert names(connection) == ["arn:aws:ecs:us-east-1:123456789012:cluster/jobs"]
    with connected(state=state, clusters=["more"]) as connection:
        assert connection.endpoint != first
        assert [arn.rpartition("/")[2] for arn in names(connection)] == ["jobs", "more"]


def test_a_note_of_a_process_that_is_gone_is_no_running_one(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with foreground(state) as (process, _):
        process.kill()
        process.wait()
        assert find(state) is None
    with connected(state=state) as connection:
        assert names(connection) != []


def test_a_port_that_is_taken_is_one_line(tmp_path: Path, free_signals: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError) as told:
            run(state=tmp_path / "state.json", port=port)
    assert str(told.value) == (
        f"--port {port}: cannot listen on 127.0.0.1:{port} (Address already in use) — leave --port out, any free port "
        "will do"
    )
    assert told.value.exit_code == 4


def test_a_state_that_cannot_be_written_is_one_line(tmp_path: Path, free_signals: None) -> None:
    (tmp_path / "file").write_text("")
    state = tmp_path / "file" / "state.json"
    with pytest.raises(UsageError) as told:
        run(state=state)
    assert str(told.value) == f"{state}: the state cannot be kept there (File exists) — name another file with --state"


def test_garbage_for_a_state_is_one_line_and_left_as_it_is(tmp_path: Path, free_signals: None) -> None:
    state = tmp_path / "notes.txt"
    state.write_text("garbage")
    with pytest.raises(UsageError) as told:
        run(state=state)
    assert str(told.value) == (
        f"{state}: this is not a state file of the embedded AWS; it was left as it is — name another file with --state"
    )
    assert state.read_text() == "garbage"


def test_a_bad_seed_is_one_line(tmp_path: Path, free_signals: None) -> None:
    (tmp_path / "seed.yaml").write_text("clustres: []")
    with pytest.raises(UsageError) as told:
        run(state=tmp_path / "state.json", seed=tmp_path / "seed.yaml")
    assert str(told.value) == "seed: clustres: unknown key (did you mean clusters?)"
    assert not (tmp_path / "state.json").exists()


@pytest.fixture
def free_signals() -> Iterator[None]:
    """`run` takes SIGINT and SIGTERM; give them back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_state_is_kept_below_the_users_state_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("RECONCILER_LOCAL_STATE", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_state() == tmp_path / "reconciler" / "local.json"
    monkeypatch.setenv("RECONCILER_LOCAL_STATE", os.fspath(tmp_path / "mine.json"))
    assert default_state() == tmp_path / "mine.json"


def test_callers_are_held_to_the_policies_it_is_given(tmp_path: Path) -> None:
    told = tmp_path / "policy.json"
    told.write_text('{"Statement": [{"Effect": "Allow", "Action": "ecs:ListClusters", "Resource": "*"}]}')
    script = SCRIPT.replace('["jobs"]', f'["jobs"], policies=[Path({str(told)!r})]')
    with foreground(tmp_path / "state.json", script) as (_, lines):
        endpoint = lines[0].partition("=")[2]
        import boto3

        ecs = boto3.client("ecs", "eu-west-1", endpoint_url=endpoint, aws_access_key_id="x", aws_secret_access_key="x")
        assert len(ecs.list_clusters()["clusterArns"]) == 1
        with pytest.raises(ecs.exceptions.ClientError, match="not authorized to perform: ecs:CreateCluster"):
            ecs.create_cluster(clusterName="other")
        ecs.close()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("{", "Expecting property name"),
        ("7", "expected a policy document"),
        ('{"Statement": [{"Effect": "Allow", "NotAction": "*", "Resource": "*"}]}', "statement 0: expected Effect"),
    ],
)
def test_a_policy_that_cannot_be_used_is_one_line(tmp_path: Path, text: Any, message: str) -> None:
    told = tmp_path / "policy.json"
    if text is not None:
        told.write_text(text)
    with pytest.raises(UsageError, match=re.escape(f"--policy {told}: {message}")):
        run(state=tmp_path / "state.json", policies=[told])
