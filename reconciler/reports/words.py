"""Command words, and the secrets people put among them.

`--password hunter2`, `--password=hunter2`, `DB_PASSWORD=hunter2`, the same inside the one long word that follows
`sh -c`, `Authorization: Bearer …`, and the password of a URL.
"""

import re
from collections.abc import Callable, Sequence

from reconciler.reports.secret_names import looks_secret

#: What may be the name of a value: a word, looked at once, from its beginning and as a whole, since logs have words of
#: a hundred thousand characters. Then what stands between, as in `--flag value`, `--flag=value`, `NAME=value` and
#: `Header: value`.
_NAME = r"""(?<![\w.-])(?P<name>[\w.-]++)
    (?P<gap>\s*=\s*|:\s*(?:(?:Bearer|Basic|Token)\s+)?|\s+(?:(?:Bearer|Basic|Token)\s+)?)"""
_VALUE = r"""(?P<value>"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"';|&)]+)"""
_NAMED = re.compile(_NAME, re.VERBOSE | re.IGNORECASE)
_ASSIGNMENT = re.compile(_NAME + _VALUE, re.VERBOSE | re.IGNORECASE)
_URL_PASSWORD = re.compile(
    r"(?P<before>(?<![a-z0-9+.-])[a-z0-9+.-]++://[^\s/@:]*+:)(?P<value>[^\s/@]++)(?=@)", re.IGNORECASE
)
_FLAG = re.compile(r"-{1,2}(?P<name>[A-Za-z][\w.-]*)\Z")

#: What stands in the place of a hidden value: given the name it goes by and the value.
Marker = Callable[[str, str], str]


def hide_in_text(text: str, mark: Marker) -> str:
    """Answer `text` with the value after each secret-looking flag, assignment or header replaced by `mark`."""
    hidden = _hide_assignments(text, mark)
    return _URL_PASSWORD.sub(lambda found: found["before"] + mark("password", found["value"]), hidden)


def hide_in_words(words: Sequence[object], mark: Marker) -> list[object]:
    """Answer a command with the words after secret-looking flags replaced, wherever they are written."""
    hidden: list[object] = []
    flag = ""
    for word in words:
        if flag:
            hidden.append(mark(flag, str(word)))
        else:
            hidden.append(hide_in_text(word, mark) if isinstance(word, str) else word)
        flag = secret_flag(word)
    return hidden


def secret_flag(word: object) -> str:
    """Answer the name of the secret-looking flag that `word` is, so that the next word is its value; else nothing."""
    found = _FLAG.match(word) if isinstance(word, str) else None
    return found["name"] if found and looks_secret(found["name"]) else ""


def _hide_assignments(text: str, mark: Marker) -> str:
    parts: list[str] = []
    kept = position = 0
    while named := _NAMED.search(text, position):
        position = named.end()  # the value of one pair may be the name of the next
        found = None
        if looks_secret(named["name"]) and not _within_arn(text, named):
            found = _ASSIGNMENT.match(text, named.start())
        if found is not None and (found["gap"].strip() or found["name"].startswith("-")):
            parts += [text[kept : found.start("value")], mark(found["name"].lstrip("-"), found["value"])]
            kept = position = found.end()
    return "".join([*parts, text[kept:]])


def _within_arn(text: str, named: re.Match[str]) -> bool:
    """Whether a name stands between the colons of an ARN, as in `…:111122223333:secret:db-AbCdEf`."""
    return named["gap"] == ":" and text.endswith(":", 0, named.start())
