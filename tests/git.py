"""git as the tests use it: with nobody's settings, and an author of its own."""

import os
import subprocess
from pathlib import Path


def git(directory: Path, *arguments: str, **variables: str) -> str:
    """Run git in a directory, with more variables where given, and answer what it printed."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = {f"GIT_{role}_{what}": "ana@team" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    answer = subprocess.run(
        ["git", *arguments],
        cwd=directory,
        env={**alone, **who, **settings, **variables},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return answer.stdout.strip()
