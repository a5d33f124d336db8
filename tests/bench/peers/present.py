"""Who can be measured on this machine, and why the rest cannot."""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.peers import binaries
from tests.bench.peers.installed import NotInstallableError, interpreter
from tests.bench.peers.launches import Launcher

_OURSELVES: Final = Path(sys.executable)
#: How the name ends of who launches all at once: who follows each by itself makes the same calls either way.
_AT_ONCE: Final = ", at once"
_ONCE: Final = f"reconcile --once{_AT_ONCE}"
#: By the virtual environment that has them.
_INSTALLED: Final = {
    "launchers": (
        ("Luigi ECSTask", "luigi_ecs", True, True),
        ("prefect-aws worker", "prefect_worker", False, True),
        ("ecs run (ecs-deploy)", "ecs_deploy_run", False, False),
    ),
    "airflow": (
        ("Airflow AwsEcsExecutor", "airflow_ecs", True, False),
        (f"Airflow AwsEcsExecutor{_AT_ONCE}", "airflow_ecs", True, False),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Who launches, ours last; the interpreter that has prefect-aws; and a line for each who is left out."""

    launchers: tuple[Launcher, ...]
    prefect: Path | None
    absent: tuple[str, ...]


def present(folder: Path) -> Present:
    """Install below `folder` what is not there yet, and look for binaries on PATH."""
    launchers: list[Launcher] = []
    absent: list[str] = []
    prefect = None
    for environment, known in _INSTALLED.items():
        try:
            python = interpreter(folder, environment)
        except NotInstallableError as reason:
            names = dict.fromkeys(name.removesuffix(_AT_ONCE) for name, *_ in known)
            absent.append(f"{', '.join(names)}: {reason}")
            continue
        prefect = prefect or python
        for name, driver, follows, registers in known:
            launchers.append(
                Launcher(
                    name=name,
                    driver=driver,
                    python=python,
                    follows=follows,
                    registers=registers,
                    options={"at_once": name.endswith(_AT_ONCE)},
                )
            )
    absent += [f"{name}: no such binary on PATH" for name in binaries.TOOLS if shutil.which(name) is None]
    if shutil.which("ecspresso"):
        launchers.append(
            Launcher(name="ecspresso run", driver="ecspresso_run", python=_OURSELVES, follows=True, registers=True)
        )
    launchers += [
        _ours("reconcile run --wait", {"at_once": False}, alone=_ONCE),
        _ours(f"reconcile --once --wait{_AT_ONCE}", {"at_once": True}, alone=_ONCE),
        _ours(_ONCE, {"at_once": True, "follow": False}),
    ]
    return Present(launchers=tuple(launchers), prefect=prefect, absent=tuple(absent))


def _ours(name: str, options: Mapping[str, bool], *, alone: str = "") -> Launcher:
    return Launcher(
        name=name,
        driver="reconcile_wait",
        python=_OURSELVES,
        follows=options.get("follow", True),
        registers=True,
        options=options,
        alone=alone,
    )
