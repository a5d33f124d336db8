"""One reading of a directory: every file once, remembered for the digest and for pointing into it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path as FilePath

from reconciler.errors import UsageError
from reconciler.manifests import definition_file, files, tree, variable_files, yaml12
from reconciler.manifests.contents import Contents
from reconciler.manifests.definition_file import DefinitionFile, Form
from reconciler.manifests.tree import Place
from reconciler.manifests.variables import Unset, Variables
from reconciler.model import ABSENT, Path, Problem, Source


class Reading:
    """The files that were read for one answer; `problems` are those found on the way.

    `contents` knows files that were read before, `read` is what was read already, by the names that are shown.
    """

    def __init__(
        self,
        directory: FilePath,
        contents: Contents | None = None,
        *,
        project: FilePath | None = None,
        read: Mapping[str, bytes] | None = None,
    ) -> None:
        self.directory = directory
        self.project = project or files.project(directory)
        self.problems: list[Problem] = []
        self.named: set[FilePath] = set()
        self._raw = contents.raw if contents is not None else files.raw
        self._contents: dict[str, bytes] = dict(read or {})
        self._unreadable: dict[str, Problem] = {}
        self._lines: dict[str, Sequence[str]] = {}
        self._definitions: dict[tuple[FilePath, str], DefinitionFile] = {}
        self._variables: dict[FilePath, Mapping[str, str | None]] = {}

    def quiet(self) -> "Reading":
        """Answer another reading of the same directory, whose problems nobody will hear twice."""
        return Reading(self.directory)

    def alone(self, file: files.Found) -> Callable[[], "Reading"]:
        """Answer how to read on in one file as it was read, keeping no other file's content."""
        return partial(Reading, self.directory, project=self.project, read={file.shown: self.content(file)})

    def content(self, file: files.Found) -> bytes:
        """Answer the bytes of a manifest file, empty where it cannot be read."""
        if file.shown not in self._contents:
            raw = self._raw(file.path, file.shown)
            self._contents[file.shown] = raw.content
            if raw.problem is not None:
                self._unreadable[file.shown] = raw.problem
        return self._contents[file.shown]

    def content_of(self, shown: str) -> bytes:
        """Answer the bytes of a file that was read, empty where it was not."""
        return self._contents.get(shown, b"")

    def documents(self, file: files.Found) -> tuple[yaml12.Document, ...]:
        """Answer the documents of a manifest file."""
        content = self.content(file)
        problem = self._unreadable.get(file.shown)
        text = files.decode(content, file.shown) if problem is None else files.Text(problem=problem)
        if text.problem is not None:
            place = (file.shown, text.problem.source.line if text.problem.source else 0, 1)
            return (yaml12.Document(value=ABSENT, place=place, problems=(text.problem,)),)
        return yaml12.read(text.text, file.shown)

    def lines(self, file: str) -> Sequence[str]:
        """Answer the lines of a file that was read."""
        if file not in self._lines:
            content = self._contents.get(file, b"")
            self._lines[file] = files.decoded(content).splitlines()
        return self._lines[file]

    def forget(self, file: str) -> None:
        """Leave out a file that turned out to be no manifest."""
        self._contents.pop(file, None)

    def digest(self, values: Mapping[str, str]) -> str:
        """Answer what changes when any content or any of `values` does."""
        digest = hashlib.sha256()
        for part in self._parts(values):
            digest.update(b"%d:" % len(part))
            digest.update(part)
        return digest.hexdigest()

    def _parts(self, values: Mapping[str, str]) -> Iterator[bytes]:
        for name, content in sorted(self._contents.items()):
            yield name.encode()
            yield content
        for name, value in sorted(values.items()):
            yield name.encode()
            yield value.encode("utf-8", "surrogateescape")

    def taken(self) -> list[Problem]:
        """Answer the problems found since this was last asked."""
        problems, self.problems = self.problems, []
        return problems

    def definition(self, name: str, place: Place, path: Path, form: Form) -> DefinitionFile:
        """Answer the definition that a manifest names; what cannot be read is a problem at the manifest's line."""
        found = self._beside(name, place, path)
        if found is None:
            return DefinitionFile()
        real, shown = found
        key = (real, form.answer)
        if key not in self._definitions:
            self._definitions[key] = definition_file.read(real, shown, form)
            self._contents[shown] = self._definitions[key].content
        definition = self._definitions[key]
        if definition.problems and not (definition.problems[0].source or Source(file="")).line:
            message = f"{shown}: {definition.problems[0].message}"
            self.problems.append(Problem(message=message, source=tree.source(place), path=tree.show(path)))
        else:
            self.problems.extend(definition.problems)
        return definition

    def named_variable_file(
        self, name: str, place: Place, path: Path, variables: Variables
    ) -> Mapping[str, str | None]:
        """Answer the variables of a file that Settings name, relative to their own."""
        try:
            found = self._beside(variables.expand(name), place, path)
        except Unset as unset:
            problem = Problem(message=unset.message, source=tree.source(place), path=tree.show(path), hint=unset.hint)
            self.problems.append(problem)
            return {}
        return self._variable_file(*found, place, path) if found else {}

    def variable_file(self, path: FilePath) -> Mapping[str, str | None]:
        """Answer the variables of a `--var-file`; raises UsageError where there is none."""
        shown = files.printable(path)
        if not path.is_file():
            raise UsageError(f"--var-file {shown}: no such file")
        return self._variable_file(path.resolve(), shown, (shown, 0, 0), ())

    def _variable_file(self, real: FilePath, shown: str, place: Place, path: Path) -> Mapping[str, str | None]:
        self.named.add(real)
        if real not in self._variables:
            values, content, problems = variable_files.read(real, shown)
            self._variables[real] = values
            self._contents[shown] = content
            for problem in problems:
                lost = problem.source is None or not problem.source.line
                if lost and path:
                    message = f"{shown}: {problem.message}"
                    problem = Problem(message=message, source=tree.source(place), path=tree.show(path))
                self.problems.append(problem)
        return self._variables[real]

    def _beside(self, name: str, place: Place, path: Path) -> tuple[FilePath, str] | None:
        """Answer the real path of a named file, and how to show it; None where that leaves the project or cannot be."""
        beside = FilePath(place[0]).parent / name
        try:
            real = beside.resolve()
        except ValueError:
            message = "no file can have this name: it holds a character that file systems do not take"
            self.problems.append(Problem(message=message, source=tree.source(place), path=tree.show(path)))
            return None
        shown = files.printable(_normal(beside))
        if not real.is_relative_to(self.project):
            hint = "keep it in the repository, or in the folder that holds the manifests' directory"
            message = f"{shown} leaves the project ({self.project})"
            self.problems.append(Problem(message=message, source=tree.source(place), path=tree.show(path), hint=hint))
            return None
        self.named.add(real)
        return real, shown


def _normal(path: FilePath) -> FilePath:
    """Answer the path without `..` where that is only spelling (`jobs.d/../td.json` is `td.json`)."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] not in {"..", "/"}:
            parts.pop()
        else:
            parts.append(part)
    return FilePath(*parts)
