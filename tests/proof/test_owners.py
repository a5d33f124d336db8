"""Two owners in one account, one's id the beginning of the other's: neither ever touches what is the other's.

`team` reconciles a directory without environments, `team.prod` the environment `prod` of another. Both have jobs of
the same names; the second puts a prefix before them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from reconciler.manifests import LoadRequest, load
from reconciler.model import Health, Manifests, Status, Sync
from reconciler.reports.verdict import of_pass
from tests.engine.batch import batch_job
from tests.engine.harness import SETTINGS, one_shot
from tests.engine.scheduled import BY_EVENTBRIDGE, scheduled, scheduled_batch
from tests.proof.course import play
from tests.proof.laboratory import Laboratory
from tests.proof.scenario import HOURLY, QUARTERLY

TEAM = SETTINGS.replace("name: tests", "name: team")
PROD = TEAM.replace("      region:", "      environments: {prod: {namePrefix: p-}}\n      region:")
CLASH = TEAM.replace("      region:", "      environments: {prod: {cluster: default}}\n      region:")
JOBS = {
    "migrate": one_shot("migrate", more="logs: {retentionDays: 30}"),
    "report": one_shot("report").replace("once: {}", ""),
    "crunch": batch_job("crunch"),
    "tick": scheduled("tick", QUARTERLY),
    "tick-batch": scheduled_batch("tick-batch", QUARTERLY),
    "nightly": scheduled("nightly", HOURLY, engine=BY_EVENTBRIDGE),
    "shared": scheduled("shared", HOURLY, engine=BY_EVENTBRIDGE.replace("{", "{groupName: everybodys, ")),
}
OWNERS = ("team", "team.prod")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account, and a way to read directories for each of the two."""

    laboratory: Laboratory
    path: Path

    def directory(self, name: str, settings: str, jobs: Mapping[str, str], environment: str | None = None) -> Manifests:
        directory = self.path / name / "jobs.d"
        directory.mkdir(parents=True)
        for file, text in {"settings": settings, **jobs}.items():
            (directory / f"{file}.yaml").write_text(dedent(text))
        found = load(directory, LoadRequest(environment=environment))
        assert not [str(problem) for problem in found.problems if problem.severity == "error"]
        return found

    def of(self, owner: str) -> dict[str, Any]:
        """Answer everything on AWS that is an owner's: definitions, schedules, log groups, all that was recorded."""
        laboratory, prefix = self.laboratory, "p-" if owner == OWNERS[1] else ""
        groups = laboratory.log_groups()
        mine = {f"/reconciler/{owner}", f"/reconciler/{owner}/runs", f"/jobs/{prefix}migrate"}
        return {
            "definitions": {
                name: tags for name, tags in laboratory.active().items() if tags.get("reconciler:owner") == owner
            },
            "schedules": {
                name: said for name, said in laboratory.schedules().items() if f" owner={owner} " in said["Description"]
            },
            "groups": {name: days for name, days in groups.items() if name in mine},
            "ledger": laboratory.ledger(owner),
            "history": laboratory.ledger(f"{owner}/runs"),
            "starts": {
                start: n for start, n in laboratory.starts().items() if start.job.startswith("p-") == bool(prefix)
            },
        }


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    with Laboratory.opened() as laboratory:
        yield Account(laboratory=laboratory, path=tmp_path)


def test_each_runs_its_own_and_leaves_the_other_alone(account: Account) -> None:
    team = account.directory("team", TEAM, JOBS)
    prod = account.directory("prod", PROD, JOBS, "prod")
    assert (team.settings.owner, prod.settings.owner) == OWNERS
    laboratory = account.laboratory
    play(laboratory, team)
    mine = account.of("team")
    laboratory.process(prod).apply()
    assert account.of("team") == mine
    play(laboratory, prod)
    for owner, prefix in (("team", ""), ("team.prod", "p-")):
        found = account.of(owner)
        assert {name.rpartition("/")[2] for name in found["definitions"]} == {f"{prefix}{name}:1" for name in JOBS}
        assert {*found["schedules"]} == {f"reconciler-{owner}/{prefix}nightly", f"everybodys/{prefix}shared"}
        assert len(found["groups"]) == 3
        once = {start.job: n for start, n in found["starts"].items() if start.run.startswith("once:")}
        assert once == {f"{prefix}migrate": 1, f"{prefix}crunch": 1}
        assert set(found["starts"].values()) == {1}
    for manifests in (team, prod):
        report = laboratory.process(manifests).drift()
        assert {job.sync for job in report.jobs} == {Sync.IN_SYNC}
        assert len(report.jobs) == len(JOBS), "the other's are no orphans"


@pytest.mark.parametrize(("leaving", "staying"), [("team", "team.prod"), ("team.prod", "team")])
def test_what_one_prunes_is_its_own(account: Account, leaving: str, staying: str) -> None:
    laboratory = account.laboratory
    settings, environments = {"team": TEAM, "team.prod": PROD}, {"team": None, "team.prod": "prod"}
    for owner in OWNERS:
        play(laboratory, account.directory(owner, settings[owner], JOBS, environments[owner]))
    theirs = account.of(staying)
    empty = account.directory("empty", settings[leaving], {}, environments[leaving])
    report = laboratory.process(empty, allow_empty=True).apply()
    deleted = {(step.kind, step.job) for step in report.steps if step.status is Status.DONE and step.operation}
    assert len(deleted) == len(JOBS) + 2, "every definition and two schedules"
    assert account.of(leaving)["definitions"] == account.of(leaving)["schedules"] == {}
    assert account.of(staying) == theirs


def test_the_same_names_without_a_prefix_are_the_others_and_stay_so(account: Account) -> None:
    laboratory = account.laboratory
    play(laboratory, account.directory("team", TEAM, JOBS))
    mine = account.of("team")
    report = laboratory.process(account.directory("prod", CLASH, JOBS, "prod")).apply()
    assert of_pass(report) == 1
    assert {(job.sync, job.health) for job in report.jobs if job.name != "nightly"} == {
        (Sync.FOREIGN, Health.NEVER_RAN)
    }
    assert {step.error for step in report.steps if step.error} == {
        f"{name} exists and belongs to owner team; set spec.adopt: team to take it over" for name in JOBS
    }
    assert account.of("team") == mine
