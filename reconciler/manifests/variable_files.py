"""Files of variables: a YAML or JSON mapping, or `NAME=value` lines (dotenv)."""

import re
from pathlib import Path
from typing import Any

from reconciler.manifests import files, yaml12
from reconciler.manifests.tree import Table, source
from reconciler.model import ABSENT, Problem, Source

_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(?P<value>.*?)\s*\Z")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def text_of(value: Any) -> str | None:
    """Answer a scalar as the text that a variable stands for, numbers as written; None for null."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def values(table: Table) -> tuple[dict[str, str | None], tuple[Problem, ...]]:
    """Answer the variables of a mapping; a list or mapping among them is a problem at its line."""
    texts: dict[str, str | None] = {}
    problems = []
    for name, value in table.items():
        if isinstance(value, dict | list):
            got = "a mapping" if isinstance(value, dict) else "a list"
            where = source(table.places[name])
            hint = "quote it to pass it on as YAML text"
            message = f"expected a text, number, boolean or null, got {got}"
            problems.append(Problem(message=message, source=where, path=name, hint=hint))
        else:
            texts[name] = text_of(value)
    return texts, tuple(problems)


def read(path: Path, shown: str) -> tuple[dict[str, str | None], bytes, tuple[Problem, ...]]:
    """Answer the variables of a file, its bytes, and what is wrong with it."""
    text = files.read(path, shown, encodings=files.ANY_UNICODE)
    if text.problem is not None:
        return {}, text.content, (text.problem,)
    if path.suffix.lower() not in {".yaml", ".yml", ".json"} and not text.text.lstrip().startswith("{"):
        found, problems = _lines(text.text, shown)
        return found, text.content, problems
    documents = yaml12.read(text.text, shown)
    problems = tuple(problem for document in documents for problem in document.problems)
    if problems or not documents:
        return {}, text.content, problems
    root = documents[0].value
    if len(documents) > 1 or root is ABSENT or not isinstance(root, Table):
        problem = Problem(message="expected one mapping of names to values", source=source(documents[0].place))
        return {}, text.content, (problem,)
    texts, problems = values(root)
    return texts, text.content, problems


def _lines(text: str, shown: str) -> tuple[dict[str, str | None], tuple[Problem, ...]]:
    """Answer the variables of dotenv lines: `#` comments, `export`, quotes; single quotes keep backslashes."""
    texts: dict[str, str | None] = {}
    problems = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.match(line)
        value = _unquoted(found["value"]) if found else None
        if found is None or value is None:
            where = Source(file=shown, line=number, column=1)
            problems.append(
                Problem(message="expected NAME=value", source=where, hint="one variable a line, closed quotes")
            )
        else:
            texts[found["name"]] = value
    return texts, tuple(problems)


def _unquoted(value: str) -> str | None:
    """Answer a dotenv value without quotes and comment, or None when a quote is not closed."""
    quote = value[:1]
    if quote not in {'"', "'"} or not quote:
        return re.split(r"\s+#", value, maxsplit=1)[0]
    body = re.match(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'', value)
    if body is None or not re.fullmatch(r"\s*(#.*)?", value[body.end() :]):
        return None
    if body[2] is not None:
        return body[2]
    return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), body[1])
