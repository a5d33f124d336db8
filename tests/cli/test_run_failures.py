"""What can become of a run, each with the very line that says it and the exit code of `run --wait` and `--once --wait`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.local import LocalAws
from tests.cli.command_line import Reconcile

JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {{name: hello}}
spec:
  taskDefinition:
    requiresCompatibilities: [FARGATE]
    networkMode: awsvpc
    cpu: 256
    memory: 512
    containerDefinitions: [{{name: main, image: "example/hello:1", dockerLabels: {{local.outcome: "{outcome}"}}}}]
  run: {{launchType: FARGATE, cluster: {cluster}}}
{more}
"""


def write(jobs: Path, outcome: str, cluster: str = "default", more: str = "") -> None:
    (jobs / "hello.yaml").write_text(JOB.format(outcome=outcome, cluster=cluster, more=more))


Fault = Callable[[LocalAws], object]


def none(_: LocalAws) -> None:
    """Let AWS be."""


def fault(call: str, effect: str, **options: object) -> Fault:
    return lambda aws: aws.faults.add(call, effect, **options)


CAPACITY = "Capacity is unavailable at this time. Please try again later or in a different availability zone"
FAILURES = [
    pytest.param(
        "exit 0 after 5s",
        "default",
        none,
        0,
        "  hello: Succeeded, exit 0, after 10s (main exited 0; Essential container in task exited)",
        id="succeeds",
    ),
    pytest.param(
        "capacity unavailable",
        "default",
        none,
        125,
        f"reconcile: nothing was started within 300 s: {CAPACITY}",
        id="RunTask answers 200 with failures: capacity",
    ),
    pytest.param(
        "fails AGENT",
        "default",
        none,
        125,
        "reconcile: nothing was started within 300 s: AGENT the container instance's agent is disconnected",
        id="RunTask answers 200 with failures: agent",
    ),
    pytest.param(
        "fails MISSING",
        "default",
        none,
        125,
        "reconcile: nothing was started: MISSING the container instance is not part of the cluster",
        id="RunTask answers 200 with failures: missing",
    ),
    pytest.param(
        "exit 0",
        "nowhere",
        none,
        125,
        "reconcile: RunTask: Cluster not found. (ClusterNotFoundException)",
        id="ClusterNotFound",
    ),
    pytest.param(
        "exit 0",
        "default",
        fault("ecs:RunTask", "deny"),
        125,
        "reconcile: RunTask: ecs:RunTask is not allowed on * for arn:aws:iam::111111111111:user/local "
        "(AccessDeniedException)",
        id="AccessDenied",
    ),
    pytest.param(
        "exit 0",
        "default",
        fault("ecs:DescribeTasks", "expired", skip=1, times=None),
        125,
        "reconcile: DescribeTasks: The security token included in the request is expired (ExpiredTokenException) — get new "
        "credentials (aws sso login, or assume the role again) and run the same command",
        id="expired credentials",
    ),
    pytest.param(
        "exit 0 after 5s",
        "default",
        fault("ecs:*", "throttle", times=4),
        0,
        "  hello: Succeeded, exit 0, after 10s (main exited 0; Essential container in task exited)",
        id="throttling is waited out",
    ),
    pytest.param(
        "never starts",
        "default",
        none,
        124,
        "  hello: Failed (reconciler: start timeout after 300 s)",
        id="never starts",
    ),
    pytest.param(
        "exit 137 after 5s",
        "default",
        none,
        137,
        "  hello: Failed, exit 137, after 10s (main exited 137; Essential container in task exited)",
        id="an essential container exits 137",
    ),
    pytest.param(
        "out of memory after 5s",
        "default",
        none,
        137,
        "  hello: Failed, exit 137, after 10s (main exited 137; OutOfMemoryError: Container killed due to memory usage; "
        "a container ran out of memory: Essential container in task exited)",
        id="out of memory",
    ),
    pytest.param(
        "cannot pull",
        "default",
        none,
        125,
        "  hello: Failed (an image could not be pulled: CannotPullContainerError: pull image manifest has been retried 1 "
        "time(s): failed to resolve ref example/hello:1: not found)",
        id="the image cannot be pulled",
    ),
    pytest.param(
        "spot interruption after 60s",
        "default",
        none,
        143,
        "  hello: Failed, exit 143, after 1m 6s (main exited 143; spot capacity was taken back: Your Spot Task was "
        "interrupted.)",
        id="spot interruption",
    ),
    pytest.param(
        "exit 0 after 5s",
        "default",
        fault("ecs:DescribeTasks", "slow", skip=1, seconds=4000.0),
        125,
        "  hello: Unknown (AWS no longer knows its tasks, and no end was recorded)",
        id="vanished after an hour",
    ),
]


@pytest.mark.parametrize(("outcome", "cluster", "spoil", "code", "line"), FAILURES)
def test_what_becomes_of_a_run_is_said_in_a_line_and_by_the_exit_code(
    jobs: Path,
    reconcile: Reconcile,
    on_virtual_time: LocalAws,
    outcome: str,
    cluster: str,
    spoil: Fault,
    code: int,
    line: str,
) -> None:
    write(jobs, outcome, cluster)
    assert reconcile("--once").code == 0
    spoil(on_virtual_time)
    answer = reconcile("run", "hello", "--wait", "--rate-limits", "off")
    told = [said for said in answer.err.splitlines() if not said.startswith("reconcile: no log of")]
    assert (answer.code, told[-1]) == (code, line), answer.err


def test_who_waits_for_capacity_is_told_so_once(jobs: Path, reconcile: Reconcile, on_virtual_time: LocalAws) -> None:
    write(jobs, "capacity unavailable")
    reconcile("apply", "--rate-limits", "off")
    answer = reconcile("run", "hello", "--wait", "--rate-limits", "off")
    assert answer.err.splitlines().count(f"  hello: Pending ({CAPACITY})") == 1, answer.err


#: By the row: the exit code of `--once --wait`, and what `status` and `runs` say of the run later.
LATER = {
    "succeeds": (0, "Succeeded", "Succeeded, exit 0, after 10s (main exited 0; Essential container in task exited)"),
    "RunTask answers 200 with failures: capacity": (
        1,
        "Pending",
        f"Pending ({CAPACITY})",
    ),
    "RunTask answers 200 with failures: agent": (
        1,
        "Pending",
        "Pending (AGENT the container instance's agent is disconnected)",
    ),
    "RunTask answers 200 with failures: missing": (
        1,
        "Pending",
        "Pending (MISSING the container instance is not part of the cluster)",
    ),
    "ClusterNotFound": (1, "Pending", "Pending (RunTask: Cluster not found. (ClusterNotFoundException))"),
    "AccessDenied": (
        1,
        "Pending",
        "Pending (RunTask: ecs:RunTask is not allowed on * for arn:aws:iam::111111111111:user/local "
        "(AccessDeniedException))",
    ),
    "expired credentials": (1, "Pending", "Pending"),
    "throttling is waited out": (
        0,
        "Succeeded",
        "Succeeded, exit 0, after 10s (main exited 0; Essential container in task exited)",
    ),
    "never starts": (1, "Failed", "Failed (reconciler: start timeout after 300 s)"),
    "an essential container exits 137": (
        1,
        "Failed",
        "Failed, exit 137, after 10s (main exited 137; Essential container in task exited)",
    ),
    "out of memory": (
        1,
        "Failed",
        "Failed, exit 137, after 10s (main exited 137; OutOfMemoryError: Container killed due to memory usage; "
        "a container ran out of memory: Essential container in task exited)",
    ),
    "the image cannot be pulled": (
        1,
        "Failed",
        "Failed (an image could not be pulled: CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        "failed to resolve ref example/hello:1: not found)",
    ),
    "spot interruption": (
        1,
        "Failed",
        "Failed, exit 143, after 1m 6s (main exited 143; spot capacity was taken back: Your Spot Task was interrupted.)",
    ),
    "vanished after an hour": (1, "Unknown", "Unknown (AWS no longer knows its tasks, and no end was recorded)"),
}


@pytest.mark.parametrize(("outcome", "cluster", "spoil", "code", "line"), FAILURES)
def test_a_pass_that_waits_says_the_same_and_so_do_status_and_runs_later(
    jobs: Path,
    reconcile: Reconcile,
    on_virtual_time: LocalAws,
    request: pytest.FixtureRequest,
    outcome: str,
    cluster: str,
    spoil: Fault,
    code: int,
    line: str,
) -> None:
    row = request.node.callspec.id
    expected, health, said = LATER[row]
    write(jobs, outcome, cluster, more="  once: {}\n")
    spoil(on_virtual_time)
    waited = reconcile("--once", "--wait", "--timeout", "7200", "--rate-limits", "off")
    assert waited.code == expected
    if code not in {0, 125}:
        assert line in waited.err.splitlines()
    else:
        reason = line.partition("(")[2].removesuffix(")") or line.rpartition(": ")[2]
        assert reason in waited.out + waited.err, row
    on_virtual_time.faults.clear()
    status = reconcile("status", "--rate-limits", "off").out.splitlines()
    assert f"  hello  EcsJob  InSync  {health}  jobs.d/hello.yaml:1" in status
    assert [each.partition("Z ")[2] for each in status if each.startswith("    last run ")] == [said]
    assert f"  {said}  once:g1-" in reconcile("runs", "--rate-limits", "off").out


@pytest.mark.parametrize(
    ("outcome", "cluster", "more", "said"),
    [
        (
            "exit 3",
            "default",
            "",
            "job hello: failed: main exited 3; Essential container in task exited; `reconcile retry hello` runs it again",
        ),
        (
            "never starts",
            "default",
            "  startTimeoutSeconds: 60",
            "job hello: failed: reconciler: start timeout after 60 s; `reconcile retry hello` runs it again",
        ),
        (
            "runs forever",
            "default",
            "  activeDeadlineSeconds: 60",
            "job hello: failed: main exited 143; reconciler: deadline of 60 s exceeded; `reconcile retry hello` runs it "
            "again",
        ),
        ("exit 0", "nowhere", "", "RunTask: Cluster not found. (ClusterNotFoundException)"),
    ],
)
def test_a_pass_that_waits_says_the_same_and_exits_with_1(
    jobs: Path,
    reconcile: Reconcile,
    on_virtual_time: LocalAws,
    outcome: str,
    cluster: str,
    more: str,
    said: str,
) -> None:
    write(jobs, outcome, cluster, more=f"  once: {{}}\n{more}")
    answer = reconcile("--once", "--wait", "--timeout", "3600", "--rate-limits", "off")
    assert answer.code == 1
    assert said in [line.strip() for line in answer.out.splitlines()], answer.out
