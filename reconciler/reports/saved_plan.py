"""A plan on file: reviewed now, applied exactly so later, or refused with what has moved.

The file is a JSON object that holds the masked report, for `reconcile show` and for whoever reviews it; what it is
bound to (account, Region, owner, digest of the manifests); a fingerprint of every step; and a digest of all that. It
holds no hidden value and nothing from which one could be guessed: a step's fingerprint is taken from the masked step
and from the revision that is live, whose number changes with its content.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from reconciler.errors import Refused, UsageError
from reconciler.model import Action, Manifests, Report, Step
from reconciler.reports.json import document
from reconciler.reports.presentable import presentable
from reconciler.reports.reading import read_report

KIND: Final = "reconciler/plan"
VERSION: Final = 1
#: What a plan is bound to, and how a person calls it.
_BOUND: Final[Mapping[str, str]] = {
    "account": "account",
    "region": "Region",
    "owner": "owner",
    "manifests": "manifests",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """A plan that was read back and found untouched; `steps` maps each step's description to its fingerprint."""

    bound: Mapping[str, str | None]
    steps: Mapping[str, str]
    report: Report


def save(report: Report, manifests: Manifests) -> str:
    """Answer the file's text for what `plan` reported; values stay hidden whatever is shown on the screen."""
    shown = replace(presentable(report, manifests, manifests.settings.show_values_of), masked=True)
    content = {
        "kind": KIND,
        "version": VERSION,
        **_bound(report, manifests),
        "steps": _fingerprints(shown),
        "report": document(shown),
    }
    return json.dumps({**content, "digest": _digest(content)}, indent=2, ensure_ascii=False) + "\n"


def read(path: Path) -> SavedPlan:
    """Answer a saved plan; raises UsageError where the file is none, is of another version, or was changed."""
    content = _load(path)
    if content.get("kind") != KIND:
        raise UsageError(f"{path}: not a saved plan", hint="reconcile plan --out FILE writes one")
    if content.get("version") != VERSION:
        raise UsageError(f"{path}: version: expected {VERSION}, got {content.get('version')!r}", hint="plan again")
    digest = content.pop("digest", None)
    if digest != _digest(content):
        raise UsageError(f"{path}: was changed since it was saved (its digest does not fit)", hint="plan again")
    return SavedPlan(
        bound={member: content[member] for member in _BOUND},
        steps=content["steps"],
        report=read_report(content["report"]),
    )


def read_any(path: Path) -> Report:
    """Answer the report in a saved plan or in what `--format json` wrote; raises UsageError for anything else."""
    content = _load(path)
    return read(path).report if content.get("kind") == KIND else read_report(content)


def check(saved: SavedPlan, fresh: Report, manifests: Manifests) -> None:
    """Raise Refused, with everything that moved, unless a fresh plan is exactly the saved one."""
    bound = _bound(fresh, manifests)
    moved = [
        f"{name}: planned for {saved.bound[member]}, this is {bound[member]}"
        for member, name in _BOUND.items()
        if saved.bound[member] != bound[member]
    ]
    steps = _fingerprints(presentable(fresh, manifests, manifests.settings.show_values_of))
    moved += [f"no longer to do: {step}" for step in saved.steps if step not in steps]
    moved += [f"not in the plan: {step}" for step in steps if step not in saved.steps]
    moved += [f"changed: {step}" for step in steps if step in saved.steps and saved.steps[step] != steps[step]]
    if moved:
        raise Refused("\n  ".join(["the plan is out of date; nothing was written", *moved]), hint="plan again")


def _load(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise UsageError(f"{path}: not JSON: {error}") from error
    if not isinstance(content, dict):
        raise UsageError(f"{path}: expected a saved plan or a JSON report")
    return content


def _bound(report: Report, manifests: Manifests) -> dict[str, str | None]:
    return {
        "account": report.account,
        "region": report.region,
        "owner": report.owner,
        "manifests": manifests.digest,
    }


def _fingerprints(report: Report) -> dict[str, str]:
    """Answer, by a person's description, what stands for each step of a masked report that does anything.

    Its reason is left out: it may tell of times and of runs, which move on without the step being another.
    """
    live = {job.name: job.definition for job in report.jobs}
    steps = zip(report.steps, document(report)["steps"], strict=True)
    return {
        _description(step): _digest(
            {"changes": content["changes"], "status": content["status"], "live": live.get(step.job)}
        )
        for step, content in steps
        if step.action is not Action.KEEP
    }


def _description(step: Step) -> str:
    return f"{step.action} {step.kind} {step.name} (job {step.job})"


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
