"""Readable paths: `containerDefinitions[main].environment[TZ].value`.

Members are joined with dots, entries of lists stand in brackets: by their key where they have one, by their position
(from 0) where order matters. A name that would be misread is quoted as JSON. `[2→0]` is an entry that moved.
"""

import json
import re
from collections.abc import Iterable, Sequence

#: One step of a path, and whether it stands in brackets.
Step = tuple[str | int, bool]

_BARE_MEMBER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_BARE_KEY = re.compile(r'[^\[\]"\\\x00-\x1f*]+')
_TOKEN = re.compile(
    r"""\.?(?P<member>[A-Za-z_][A-Za-z0-9_-]*|\*) | \[(?P<quoted>"(?:[^"\\]|\\.)*")\] | \[(?P<key>[^\[\]"]+)\]""",
    re.VERBOSE,
)

#: The end of a path to an entry that moved; the group is where it is wanted.
MOVED = re.compile(r"\[\d+→(\d+)\]\Z")
#: What stands for any one step.
ANY = "*"


def render(steps: Iterable[Step]) -> str:
    """Answer the readable path of steps."""
    text = ""
    for step, bracketed in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif not bracketed and _BARE_MEMBER.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{step}]" if _BARE_KEY.fullmatch(step) else f"[{json.dumps(step, ensure_ascii=False)}]"
    return text


def parse(path: str) -> tuple[str, ...]:
    """Answer the steps of a readable path or of a JSON pointer (`/containerDefinitions/main/image`).

    Raises ValueError, with what is wrong, for what is neither.
    """
    if path.startswith("/"):
        return _pointer(path)
    steps: list[str] = []
    position = 0
    while position < len(path):
        token = _TOKEN.match(path, position)
        if token is None or (not steps and path[0] == "."):
            raise ValueError(f"cannot read {path[position:]!r} (expected a member or an entry in brackets)")
        if token["member"] and steps and path[position] not in ".*":
            raise ValueError(f"cannot read {path[position:]!r} (expected a dot before a member)")
        steps.append(json.loads(token["quoted"]) if token["quoted"] else token["member"] or token["key"])
        position = token.end()
    if not steps:
        raise ValueError("is empty (expected a path such as containerDefinitions[main].image)")
    return tuple(steps)


def check_ignore(path: str) -> str | None:
    """Answer what is wrong with a path of `ignoreDifferences`, None where it can be read."""
    try:
        parse(path)
    except ValueError as error:
        return str(error)
    return None


def covers(pattern: Sequence[str], path: Sequence[str | int]) -> bool:
    """Answer whether a pattern names a place or something above it."""
    return len(pattern) <= len(path) and all(
        wanted in {ANY, str(step)} for wanted, step in zip(pattern, path, strict=False)
    )


def _pointer(path: str) -> tuple[str, ...]:
    if re.search(r"~(?![01])", path):
        raise ValueError(f"cannot read {path!r} (expected ~0 for a tilde, ~1 for a slash in a JSON pointer)")
    steps = tuple(step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/"))
    if not all(steps):
        raise ValueError(f"cannot read {path!r} (expected a name between the slashes of a JSON pointer)")
    return steps
