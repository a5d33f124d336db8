"""GitHub's runner, which takes for its own commands what a step prints, whoever wrote it."""

import os
import re
from typing import Final

#: One form of command at the beginning of a line, the other anywhere in it (actions/runner, ActionCommand.cs).
_AT_THE_BEGINNING: Final = re.compile(r"^(?=[^\S\n]*::)", re.MULTILINE)
_ANYWHERE: Final = "##["


def without_commands(text: str) -> str:
    """Answer lines of which a runner, where there is one, takes nothing for a command."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return text
    return _AT_THE_BEGINNING.sub(r"\\", text).replace(_ANYWHERE, r"##\[")
