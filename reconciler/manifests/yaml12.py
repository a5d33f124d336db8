"""YAML 1.2 (and so JSON) into trees that know their lines, with every mistake that can be told at once.

libyaml's parser gives the events; what they mean is decided here, by the core schema. Beyond it, `<<` merges mappings
(own keys win, then the earlier ones): it left the standard with YAML 1.1's types, yet it is what anchors are for.
A document is at most 1 MiB, also with its aliases written out, and nested at most 100 deep.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from reconciler.manifests import syntax_errors
from reconciler.manifests.composer import STAND_IN, Composer, Stop
from reconciler.manifests.tree import Place, show, source
from reconciler.model import ABSENT, Problem

MOST_BYTES = 1 << 20
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKER = re.compile(r"^(?:---|\.\.\.)(?=\s|\Z)", re.MULTILINE)
#: What git writes where it could not merge: no line of a manifest begins so.
_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)
_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
#: How many unquoted `${{ }}` are told for one file before it is given up.
_MOST_REPAIRS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document: its tree (ABSENT when it could not be read), where it begins, and what is wrong with it."""

    value: Any
    place: Place
    problems: tuple[Problem, ...] = field(default=())


def read(text: str, file: str) -> tuple[Document, ...]:
    """Answer the documents of `text`; empty ones are left out."""
    fault = _unreadable(text, file)
    if fault is not None:
        return (Document(value=ABSENT, place=(file, 1, 1), problems=(fault,)),)
    if text.lstrip()[:1] in {"{", "["} and "\\u" in text:
        text = _SURROGATES.sub(_join_surrogates, text)
    unquoted: list[Problem] = []
    expressions: list[str] = []
    for _ in range(_MOST_REPAIRS):
        documents = tuple(_documents(text, file, expressions))
        repair = _repaired(documents, text, len(expressions))
        if repair is None:
            break
        problem, expression, text = repair
        unquoted.append(problem)
        expressions.append(expression)
    return tuple(_with_problems(documents, unquoted))


def value(text: str) -> Any:
    """Answer a short text read as one YAML value, or the text itself where it is none."""
    documents = read(text, "")
    if len(documents) == 1 and not documents[0].problems:
        return documents[0].value
    return text if documents else None


def _unreadable(text: str, file: str) -> Problem | None:
    """Answer what forbids parsing at all: a control character, a conflict of git's, or a document over the limit."""
    control = _CONTROL.search(text)
    if control is not None:
        line, column = _position(text, control.start())
        message = f"the control character U+{ord(control.group()):04X} is not allowed"
        return Problem(message=message, source=source((file, line, column)), hint='write it as an escape in "…"')
    conflict = _CONFLICT.search(text)
    if conflict is not None:
        where = source((file, *_position(text, conflict.start())))
        return Problem(message="a merge conflict is left here", source=where, hint="keep one side of each, no marker")
    if len(text) <= MOST_BYTES // 4:
        return None
    start = 0
    for end in (*(found.start() for found in _MARKER.finditer(text)), len(text)):
        size = len(text[start:end].encode())
        if size > MOST_BYTES:
            line, column = _position(text, start)
            message = f"the document is too large (expected at most 1 MiB, got {size / MOST_BYTES:.1f} MiB)"
            return Problem(message=message, source=source((file, line, column)))
        start = end
    return None


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _join_surrogates(pair: re.Match[str]) -> str:
    """Answer the character of a JSON surrogate pair, which YAML has no escape for."""
    high, low = int(pair.group(2), 16), int(pair.group(3), 16)
    return pair.group(1) + chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _documents(text: str, file: str, expressions: Sequence[str]) -> Iterator[Document]:
    """Yield the documents up to the first syntax error, which ends the last one."""
    loader = _LOADER(text)
    composer = Composer(file, loader.get_event, expressions)
    try:
        while True:
            begun = composer.document()
            if begun is None:
                return
            root, place = begun
            if root is not None or composer.problems:
                yield Document(value=root, place=place, problems=tuple(composer.problems))
    except Stop:
        yield Document(value=ABSENT, place=composer.place, problems=tuple(composer.problems))
    except yaml.MarkedYAMLError as error:
        problem = _syntax_problem(error, text, composer)
        yield Document(value=ABSENT, place=composer.place, problems=(*composer.problems, problem))
    finally:
        loader.dispose()


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, composer: Composer) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.splitlines()
    here = lines[line - 1] if line <= len(lines) else ""
    sentence = " ".join(part for part in (error.context, error.problem) if part)
    message, hint = syntax_errors.explain(sentence, here[column - 1 : column])
    opened = error.context_mark
    if opened is not None and opened.line + 1 != line and ("}" in message or "]" in message or "quoted" in message):
        hint = f"opened at line {opened.line + 1}; {hint}"
    unseen = syntax_errors.unseen(lines, line)
    if unseen is not None:
        line, column, message = unseen
        hint = "replace it with a plain space, or leave it out"
    found = syntax_errors.unquoted_expression(here, column) if unseen is None else None
    if found is not None:
        column, expression = found
        message = f"{expression} inside {{…}} or […] is not quoted"
        hint = f'quote the whole value: "{expression}"'
    path = show(composer.latest() if found else composer.path())
    return Problem(message=message, source=source((composer.place[0], line, column)), path=path, hint=hint)


def _repaired(documents: tuple[Document, ...], text: str, number: int) -> tuple[Problem, str, str] | None:
    """Where a bare `${{ … }}` inside { } or [ ] was the syntax error: answer the problem, the expression, and the text
    with a stand-in as long as it, so that the rest of the file can be read as if it had been quoted.
    """
    last = documents[-1].problems[-1:] if documents else ()
    where = last[0].source if last else None
    if where is None or not where.line or documents[-1].value is not ABSENT:
        return None
    lines = text.splitlines(keepends=True)
    line = lines[where.line - 1] if where.line <= len(lines) else ""
    found = syntax_errors.unquoted_expression(line, where.column + 1)
    if found is None:
        return None
    column, expression = found
    stand_in = STAND_IN[0] + chr(ord(STAND_IN[1]) + number) + STAND_IN[2] * (len(expression) - 2)
    lines[where.line - 1] = line[: column - 1] + stand_in + line[column - 1 + len(expression) :]
    return last[0], expression, "".join(lines)


def _with_problems(documents: tuple[Document, ...], problems: list[Problem]) -> Iterator[Document]:
    """Yield the documents, each with those of the problems that lie in it."""
    for index, document in enumerate(documents):
        after = documents[index + 1].place[1] if index + 1 < len(documents) else None
        mine = tuple(
            problem
            for problem in problems
            if problem.source
            and (index == 0 or problem.source.line >= document.place[1])
            and (after is None or problem.source.line < after)
        )
        yield Document(value=document.value, place=document.place, problems=(*document.problems, *mine))
