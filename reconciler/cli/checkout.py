"""Which commit a directory is at."""

import subprocess
from datetime import datetime
from pathlib import Path

from reconciler.core.ownership import Commit


def commit_of(directory: Path) -> Commit | None:
    """Answer the commit that is checked out at `directory`; None outside git, or without a commit."""
    try:
        answer = subprocess.run(  # noqa: S603 - fixed words and a directory that is not read as an option
            ["git", "-C", str(directory), "log", "-1", "--format=%H %cI", "--no-show-signature"],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError:  # there is no git
        return None
    sha, _, time = answer.stdout.strip().partition(" ")
    if answer.returncode != 0 or not time:
        return None
    return Commit(sha=sha, time=datetime.fromisoformat(time))
