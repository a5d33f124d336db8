"""Free text — messages of AWS, reasons, logs — cleaned of values that are masked elsewhere.

A value counts as hidden when it stands in a masked place of a manifest and nowhere in a plain one: what is also an
image's or a job's name is no secret, and a message without it would say nothing.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from reconciler.model import Job, Manifests, Owned, Problem, Spec
from reconciler.model.notify import Webhook
from reconciler.reports.masking import MASK, SHOW_ALL, mask_spec
from reconciler.reports.words import hide_in_text

#: Shorter values are words like `1` and `prod`: they would tear messages apart and protect nobody.
_SHORTEST = 4
#: Longer words of that kind.
_NO_SECRETS = frozenset({"true", "false", "null", "none"})
_SEPARATORS = re.compile(r"[\s/:@,;=\"'()\[\]{}]+")


class Scrubber:
    """Replaces hidden values in text by `***`, those of one job or of all."""

    def __init__(self, manifests: Manifests | None, show: Collection[str]) -> None:
        self._jobs: Mapping[str, Job] = {job.name: job for job in manifests.jobs} if manifests else {}
        self._show = tuple(show)
        self._names = _names(manifests) if manifests else frozenset()
        self._addresses = frozenset(_addresses(manifests)) if manifests else frozenset()
        self._read = frozenset(manifests.problems) if manifests else frozenset[Problem]()
        self._hidden: dict[str, _Hidden] = {}

    def has_read(self, problem: Problem) -> bool:
        """Say whether a problem is one of reading the manifests, told in our own words."""
        return problem in self._read

    def text(self, text: str, job: str = "") -> str:
        """Answer `text` without hidden values: those of `job`, or of every job where none of that name is known."""
        if not text or "*" in self._show:
            return text
        hidden = self._hidden_by(job if job in self._jobs else "")
        return hide_in_text(hidden.cut_out(text), lambda name, word: word if name in self._show else MASK)

    def _hidden_by(self, name: str) -> "_Hidden":
        """Answer what the job of that name hides, or for "" what all of them do."""
        if name not in self._hidden:
            values = (value for each in ((name,) if name else self._jobs) for value in self._values(each))
            self._hidden[name] = _Hidden(chain(values, self._addresses))
        return self._hidden[name]

    def _values(self, name: str) -> Iterator[str]:
        plain: set[str] = set()
        found: set[str] = set()
        for spec in _specs(self._jobs[name]):
            masked = mask_spec(spec, self._show)
            plain.update(_words(_shown(spec, masked)))
            found.update(_replaced(spec, masked))
        hidden = (value for value in found - plain if len(value) >= _SHORTEST and value.lower() not in _NO_SECRETS)
        return (value for value in hidden if value not in self._names)


class _Hidden:
    """Values to cut out of texts, found by how they begin: a text is read once, however many values there are."""

    def __init__(self, values: Iterable[str]) -> None:
        #: What values begin with → how long those values are, the longest first → the values.
        self._by_beginning: dict[str, dict[int, set[str]]] = {}
        for value in sorted(values, key=len, reverse=True):
            self._by_beginning.setdefault(value[:_SHORTEST], {}).setdefault(len(value), set()).add(value)

    def cut_out(self, text: str) -> str:
        """Answer `text` with `***` for each value in it, and for those that overlap together."""
        if not self._by_beginning:
            return text
        pieces, kept, end = [], 0, 0
        for start in range(len(text) - _SHORTEST + 1):
            lengths = self._by_beginning.get(text[start : start + _SHORTEST])
            found = next((n for n, values in lengths.items() if text[start : start + n] in values), 0) if lengths else 0
            if found and start >= end:
                pieces += [text[kept:start], MASK]
            if found:
                kept = end = max(end, start + found)
        return "".join((*pieces, text[kept:]))


def hidden_values(spec: Spec, show: Collection[str] = ()) -> Iterator[str]:
    """Answer every text of `spec` that `mask_spec` would not print."""
    if tuple(show) != SHOW_ALL:
        yield from _replaced(spec, mask_spec(spec, show))


def _replaced(before: Any, after: Any) -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in before:
            yield from _replaced(before[key], after.get(key))
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        for one, other in zip(before, after, strict=True):
            yield from _replaced(one, other)
    elif before != after:
        yield from _cut_out(str(before), after if isinstance(after, str) else MASK)


def _cut_out(before: str, after: str) -> Iterator[str]:
    """Answer the part of `before` that `after` hides: the whole, or what stood where the mask is."""
    pattern = "(.+)".join(re.escape(part) for part in after.split(MASK))
    found = re.fullmatch(pattern, before, re.DOTALL)
    yield from (group.strip("\"'") for group in found.groups()) if found else (before,)


def _specs(job: Job) -> tuple[Spec, ...]:
    definition = (job.definition.body,) if isinstance(job.definition, Owned) else ()
    return (*definition, job.spec or job.run)


def _addresses(manifests: Manifests) -> Iterator[str]:
    """Answer what `notify` knows and nobody else may: a webhook's URL and headers."""
    for notify in manifests.settings.notify:
        if isinstance(notify.to, Webhook):
            yield from (value for value in (notify.to.url, *notify.to.headers.values()) if len(value) >= _SHORTEST)


def _names(manifests: Manifests) -> frozenset[str]:
    settings = manifests.settings
    jobs = {name for job in manifests.jobs for name in (job.name, job.declared_name)}
    return frozenset(jobs | {settings.owner, settings.region or "", settings.account_id or "", settings.cluster})


def _shown(before: Any, after: Any) -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in before:
            yield from _shown(before[key], after.get(key))
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        for one, other in zip(before, after, strict=True):
            yield from _shown(one, other)
    elif before == after:
        yield str(before)


def _words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield text
        yield from _SEPARATORS.split(text)
