"""The peers, each set of them in a virtual environment of its own, filled from PyPI when it is not there yet."""

import subprocess
import venv
from pathlib import Path
from typing import Final

#: Where they are installed unless told otherwise.
FOLDER: Final = Path(".venv-peers")
_HERE: Final = Path(__file__).parent


class NotInstallableError(Exception):
    """pip could not; its message ends with pip's own last line."""


def interpreter(folder: Path, name: str) -> Path:
    """Answer the interpreter that has what `requirements-NAME.txt` says.

    Raises NotInstallableError where that cannot be had, as on a machine without a network.
    """
    home, wanted = folder / name, _HERE / f"requirements-{name}.txt"
    python, done = (home / "bin" / "python").absolute(), home / "installed.txt"
    if done.exists() and done.read_text() == wanted.read_text():
        return python
    print(f"installing {wanted.name} into {home} …", flush=True)
    venv.create(home, with_pip=True, clear=True)
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(wanted)]
    tried = subprocess.run(pip, capture_output=True, text=True, check=False)
    if tried.returncode:
        last = (tried.stderr.strip() or f"exit {tried.returncode}").splitlines()[-1]
        raise NotInstallableError(f"{wanted.name} could not be installed: {last}")
    done.write_text(wanted.read_text())
    return python
