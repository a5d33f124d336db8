"""What an earlier reading found in files that have not changed since: they need not be parsed and checked again.

Only files of jobs with nothing wrong are remembered, by their name and content; everything else that a job rests on is
either part of the context (this program, the schemas, Settings, the environment) or looked at again (the variables it
asked for, the other jobs). Not remembered are files that name others, and those that were filled in with a value from
outside the directory (the OS environment, `--var`, `--var-file`): it may be a secret, and is not ours to store.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path as FilePath
from typing import Any, Final

from reconciler.manifests import cache_context, tree
from reconciler.manifests.cache_entries import (
    Entry,
    Remembered,
    documents_of,
    file_of,
    holds,
    is_lasting,
    plain,
    restored,
    with_findings,
)
from reconciler.manifests.cache_store import Store
from reconciler.manifests.drafts import Draft, applies, draft
from reconciler.manifests.files import Found
from reconciler.manifests.reading import Reading
from reconciler.manifests.settings import Chosen
from reconciler.manifests.yaml12 import Document
from reconciler.model import Job, Problem

#: Raised when the shape of what is stored changes.
_VERSION: Final = "manifests-1"


@dataclass(frozen=True, slots=True)
class _File:
    """What is known of a file with this content: under which key, as which text, and as which documents."""

    content: bytes
    key: str
    text: str
    documents: Sequence[Remembered]


class Cache:
    """The memory of one directory in one environment: for one reading, or `kept` by a process for many.

    A kept one also holds what came of each document, so that a draft and a job whose file, Settings and variables are
    as before are the very same objects.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._context = ""
        self._is_valid = False
        self._found: dict[str, _File] = {}
        self._standing: Chosen | None = None
        self._entries: Mapping[Remembered, Entry] = {}
        self._jobs: dict[str, tuple[Draft, Job]] = {}

    @classmethod
    def of(cls, root: FilePath | None, directory: FilePath, environment: str | None, *, kept: bool = False) -> "Cache":
        """Answer the memory of a directory below `root`, the user's cache; without one, it ends with the process."""
        if root is None:
            return cls(Store(None, kept=kept))
        name = cache_context.checksum(os.fsencode(directory.resolve()), str(environment).encode())
        return cls(Store(root / _VERSION / name, kept=kept))

    def find(self, file: Found, reading: Reading) -> Sequence[Remembered]:
        """Answer the documents of a file as they are remembered; none where they are not."""
        if not self._store.exists:
            return ()
        content = reading.content(file)
        known = self._found.get(file.shown)
        if known is None or known.content != content or (known.text and not known.documents):
            key = cache_context.checksum(file.shown.encode(), content)
            text = self._store.get(key) or ""
            documents = documents_of(file, self._store.take(key), reading) if text else ()
            known = _File(content, key, text, documents)
        self._found[file.shown] = known
        return known.documents

    def begin(self, chosen: Chosen, settings: Document | None, reading: Reading) -> None:
        """Look whether what is remembered was found under these Settings."""
        if not self._store.exists:
            return
        content = reading.content_of(settings.place[0]) if settings is not None else b""
        context = cache_context.context(chosen, settings, content)
        if context != self._context:
            self._context, self._standing, self._entries, self._jobs = context, chosen, {}, {}
        self._is_valid = self._store.context == context

    def drafted(self, document: Document | Remembered, chosen: Chosen, reading: Reading) -> Entry:
        """Answer the draft of a job document: the remembered one where it still holds, else a new one."""
        if isinstance(document, Remembered):
            remembered = document.entry["draft"]
            if self._is_valid and holds(remembered, chosen):
                if remembered is not None:
                    chosen.variables.used.update(remembered["used"])
                return self._entries.get(document) or restored(document, self._lasting(remembered, chosen))
            document = document.document
        written = tree.at(document.value, ("metadata", "name"))
        written_name = written if isinstance(written, str) else ""
        if not applies(document, chosen):
            return Entry(document, written_name, None)
        watched = chosen.variables.watched()
        made = draft(document, replace(chosen, variables=watched), reading)
        chosen.variables.used.update(watched.used)
        return Entry(document, written_name, made, watched)

    def _lasting(self, remembered: Mapping[str, Any] | None, chosen: Chosen) -> Chosen:
        """Answer the first reading's Settings where they do as well: this one's own is then not kept alive."""
        standing = self._standing
        return standing if standing is not None and holds(remembered, standing) else chosen

    def job(self, draft: Draft, make: Callable[[Draft], Job]) -> Job:
        """Answer the job of a valid draft: the one that was made of it before, where Settings are the same."""
        made = self._jobs.get(draft.name)
        if made is None or made[0] is not draft:
            made = self._jobs[draft.name] = (draft, make(draft))
        return made[1]

    def end(
        self,
        documents: Iterable[Document | Remembered],
        entries: Sequence[Entry],
        findings: Iterable[tuple[Problem, ...]],
    ) -> None:
        """Remember what was read: `documents` are all, `findings` what is wrong with each draft by itself, in order."""
        if not self._store.exists:
            return
        jobs: dict[str, list[tuple[Entry, Sequence[Problem]]]] = {}
        for entry, found in with_findings(entries, findings):
            jobs.setdefault(file_of(entry.document), []).append((entry, found))
        texts: dict[str, str] = {}
        known: dict[str, _File] = {}
        for file, group in groupby(documents, key=file_of):
            known[file] = self._found[file]
            mine = jobs.get(file, [])
            if len(mine) != len(list(group)):
                continue
            if all(isinstance(entry.document, Remembered) for entry, _ in mine):
                texts[known[file].key] = known[file].text
            elif all(is_lasting(entry) for entry, _ in mine):
                text = json.dumps([plain(*pair) for pair in mine], separators=(",", ":"))
                texts[known[file].key] = text
                known[file] = replace(known[file], text=text, documents=())
        self._found = known
        self._entries = {entry.document: entry for entry in entries if isinstance(entry.document, Remembered)}
        self._jobs = {
            entry.draft.name: self._jobs[entry.draft.name]
            for entry in entries
            if entry.draft is not None and entry.draft.name in self._jobs
        }
        self._store.replace(self._context, texts)

    @property
    def unread(self) -> int:
        """How many files were parsed by the last reading, and are taken from memory by the next for the first time."""
        return sum(bool(known.text) and not known.documents for known in self._found.values())

    def save(self) -> None:
        """Let what is remembered outlive the process."""
        self._store.save()
