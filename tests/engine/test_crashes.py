"""Killed at any call and started again at any time: no run twice, and none lost unless it is Unknown.

The default tries the calls that write; `RECONCILER_CRASH_POINTS=all` tries every call of the scenario.
"""

import os

import pytest

from reconciler.model import Health
from tests.engine.harness import Directory, Killed, Mortality, one_shot

#: How long after the crash the next pipeline starts: within the token's life, and beyond it.
RESTARTS = {"1s": 1.0, "50min": 3000.0, "70min": 4200.0, "25h": 90000.0}
#: What RunTask's tokens and stopped tasks still cover.
COVERED = {"1s", "50min"}
#: How many calls the scenario makes undisturbed, measured by the first test.
CALLS = 150


def scenario(directory: Directory) -> None:
    directory.write(
        migrate=one_shot("migrate"),
        after=one_shot("after", more="dependsOn: [migrate]"),
        flaky=one_shot("flaky", outcome="exit 3 after 2s", more="backoffLimit: 1"),
        many=one_shot("many", run="{count: 12, cluster: other}"),
    )


EXPECTED = {"after": Health.SUCCEEDED, "flaky": Health.FAILED, "many": Health.SUCCEEDED, "migrate": Health.SUCCEEDED}
#: Tasks for each startedBy: two attempts of flaky, two parts of many.
STARTED = [1, 1, 1, 1, 2, 10]


def healths(directory: Directory, mortality: Mortality | None = None) -> dict[str, Health | None]:
    return {job.name: job.health for job in directory.wait(mortality).jobs}


def test_the_undisturbed_scenario_ends_as_it_should(directory: Directory) -> None:
    scenario(directory)
    mortality = Mortality()
    assert healths(directory, mortality) == EXPECTED
    assert sorted(directory.started().values()) == STARTED
    assert abs(len(mortality.made) - CALLS) < CALLS // 4, len(mortality.made)


#: The writes of the scenario and how many of each it makes: a crash around one of these is what can do harm.
WRITES = {
    "ecs:RunTask": range(1, 7),
    "logs:CreateLogStream": range(1, 5),
    "logs:PutLogEvents": range(1, 31, 3),
    "ecs:RegisterTaskDefinition": range(2, 4),
    "ecs:TagResource": range(2, 4),
}


def points() -> list[tuple[str, int, bool]]:
    if os.environ.get("RECONCILER_CRASH_POINTS") == "all":
        return [("", call, after) for call in range(1, CALLS + 1) for after in (False, True)]
    return [(action, call, after) for action, calls in WRITES.items() for call in calls for after in (False, True)]


@pytest.mark.parametrize("restart", RESTARTS)
@pytest.mark.parametrize(("action", "call", "after"), points())
def test_a_killed_pass_is_finished_by_the_next(
    directory: Directory, action: str, call: int, after: bool, restart: str
) -> None:
    scenario(directory)
    try:
        directory.wait(Mortality(action=action, call=call, after=after))
    except Killed:
        directory.look()
        directory.aws.advance(RESTARTS[restart])
    ends = healths(directory)
    if restart in COVERED:
        assert ends == EXPECTED
        assert sorted(directory.started().values()) == STARTED
    else:
        started = directory.started()
        assert all(ends[name] in {EXPECTED[name], Health.UNKNOWN, Health.NEVER_RAN, Health.FAILED} for name in ends)
        assert all(count in {1, 2, 10} for count in started.values()), started
        assert len(directory.tasks) <= sum(STARTED)
