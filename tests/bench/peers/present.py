"""Who can be measured on this machine, and why the rest cannot."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.peers import binaries
from tests.bench.peers.installed import NotInstallableError, interpreter
from tests.bench.peers.launches import Launcher

_OURSELVES: Final = Path(sys.executable)
#: By the virtual environment that has them.
_INSTALLED: Final = {
    "launchers": (
        ("Luigi ECSTask", "luigi_ecs", True, True),
        ("prefect-aws worker", "prefect_worker", False, True),
        ("ecs run (ecs-deploy)", "ecs_deploy_run", False, False),
    ),
    "airflow": (("Airflow AwsEcsExecutor", "airflow_ecs", True, False),),
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
            absent.append(f"{', '.join(name for name, *_ in known)}: {reason}")
            continue
        prefect = prefect or python
        for name, driver, follows, registers in known:
            launchers.append(Launcher(name=name, driver=driver, python=python, follows=follows, registers=registers))
    absent += [f"{name}: no such binary on PATH" for name in binaries.TOOLS if shutil.which(name) is None]
    if shutil.which("ecspresso"):
        launchers.append(
            Launcher(name="ecspresso run", driver="ecspresso_run", python=_OURSELVES, follows=True, registers=True)
        )
    launchers.append(
        Launcher(
            name="reconcile --once --wait", driver="reconcile_wait", python=_OURSELVES, follows=True, registers=True
        )
    )
    return Present(launchers=tuple(launchers), prefect=prefect, absent=tuple(absent))
