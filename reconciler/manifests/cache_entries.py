"""What is remembered of single job documents: as plain values on the way out, as entries and drafts on the way back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeVar, cast

from reconciler.manifests.drafts import Draft, draft
from reconciler.manifests.files import Found
from reconciler.manifests.named_files import names
from reconciler.manifests.reading import Reading
from reconciler.manifests.settings import Chosen
from reconciler.manifests.tree import Table
from reconciler.manifests.variables import Variables
from reconciler.manifests.yaml12 import Document
from reconciler.model import Problem, Severity, Source

Answer = TypeVar("Answer")


class _Late(Generic[Answer]):
    """An answer that is worked out when it is first asked for (ten thousand of them: `functools.cache` is heavier)."""

    __slots__ = ("_answer", "_work")

    def __init__(self, work: Callable[[], Answer]) -> None:
        self._work: Callable[[], Answer] | None = work
        self._answer: Answer | None = None

    def __call__(self) -> Answer:
        work = self._work
        if work is not None:  # two threads may do it at once; neither is told what is not worked out yet
            self._answer = work()
            self._work = None
        return cast("Answer", self._answer)


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """One job document of an unchanged file; `parsed` answers that file, read on its own, and its documents after all.

    Equal to itself only: what came of it may be looked up by it.
    """

    file: str
    index: int
    entry: Mapping[str, Any]
    parsed: Callable[[], tuple[Reading, Sequence[Document]]]

    @property
    def document(self) -> Document:
        """The document itself, parsed again."""
        return self.parsed()[1][self.index]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A document and the draft that came of it, None where the job does not exist in the environment.

    `written_name` is empty where the document says no name; `asked` are the variables of a draft that was made anew.
    """

    document: Document | Remembered
    written_name: str
    draft: Draft | None
    asked: Variables | None = None


def documents_of(file: Found, entries: Sequence[Mapping[str, Any]], reading: Reading) -> Sequence[Remembered]:
    """Answer the documents of a file of which this is remembered."""
    alone = reading.alone(file)

    def parse() -> tuple[Reading, Sequence[Document]]:
        own = alone()
        return own, own.documents(file)

    parsed = _Late(parse)
    return [Remembered(file.shown, index, entry, parsed) for index, entry in enumerate(entries)]


def file_of(document: Document | Remembered) -> str:
    """Answer the file that a document is in, as it is shown."""
    return document.file if isinstance(document, Remembered) else document.place[0]


def with_findings(
    entries: Iterable[Entry], findings: Iterable[tuple[Problem, ...]]
) -> Iterable[tuple[Entry, tuple[Problem, ...]]]:
    """Answer each entry with what is wrong with its draft by itself; `findings` are those of the drafts, in order."""
    following = iter(findings)
    for entry in entries:
        yield entry, next(following) if entry.draft is not None else ()


def is_lasting(entry: Entry) -> bool:
    """Whether a document rests on nothing but itself, Settings and the variables it asked for, and is in order."""
    document, made = entry.document, entry.draft
    if isinstance(document, Remembered):
        return False
    if document.problems or "apiVersion" not in document.value or any(names(document.value)):
        return False
    if made is None:
        return True
    wrong = made.problems or made.doubted or "definitionOf" in made.spec
    return not wrong and entry.asked is not None and not entry.asked.outside


def holds(remembered: Mapping[str, Any] | None, chosen: Chosen) -> bool:
    """Whether the variables that a remembered draft asked for, if there is one, have the values that they had."""
    asked = remembered["asked"] if remembered is not None else None
    if remembered is None or not asked:
        return True
    return chosen.variables.within(job=remembered["name"]).watched().answer(asked)


def restored(document: Remembered, chosen: Chosen) -> Entry:
    """Answer what came of a document before; its tree is grown under `chosen` when somebody asks for a place in it."""
    remembered = document.entry["draft"]
    if remembered is None:
        return Entry(document, document.entry["name"], None)
    line, column = remembered["place"]
    made = Draft(
        kind=document.entry["kind"],
        name=remembered["name"],
        declared_name=remembered["declared"],
        place=(document.file, line, column),
        grow=_Late(partial(_grown, document, chosen)),
        document=remembered["document"],
        findings=tuple(_problem(each, remembered["name"]) for each in remembered["findings"]),
    )
    return Entry(document, document.entry["name"], made)


def _grown(document: Remembered, chosen: Chosen) -> Table:
    reading, documents = document.parsed()
    watched = replace(chosen, variables=chosen.variables.watched())
    return draft(documents[document.index], watched, reading).grow()


def plain(entry: Entry, findings: Sequence[Problem]) -> Mapping[str, Any]:
    """Answer what is remembered of a document and the draft that was made of it, as plain values."""
    assert isinstance(entry.document, Document)
    made, asked = entry.draft, entry.asked
    remembered = None
    if made is not None and asked is not None:
        remembered = {
            "name": made.name,
            "declared": made.declared_name,
            "place": made.place[1:],
            "document": made.document,
            "findings": [_plain_problem(problem) for problem in findings],
            "asked": asked.asked,
            "used": asked.used,
        }
    return {"kind": entry.document.value["kind"], "name": entry.written_name, "draft": remembered}


def _plain_problem(problem: Problem) -> Sequence[Any]:
    source = problem.source
    where = None if source is None else (source.file, source.line, source.column)
    return (problem.message, problem.severity, where, problem.path, problem.hint)


def _problem(plain: Sequence[Any], job: str) -> Problem:
    message, severity, where, path, hint = plain
    source = None if where is None else Source(file=where[0], line=where[1], column=where[2])
    return Problem(message=message, severity=Severity(severity), source=source, path=path, hint=hint, job=job)
