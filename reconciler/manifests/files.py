"""Which files of a directory are looked at, and what stands in them.

Names that begin with a dot are skipped (`.git`, `.reconciler`, an editor's lock files); links are followed while they
stay inside the directory, each real file is read once, under its own name where that is inside too.
"""

import codecs
import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from reconciler.errors import UsageError
from reconciler.model import Problem, Source

_SUFFIXES = (".yaml", ".yml", ".json")
#: A file may hold many documents of 1 MiB each; beyond this it is not read at all.
_MOST_BYTES = 64 << 20
#: UTF-32 first: its little-endian mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file that may hold manifests: its real path, and the name that the user would recognise."""

    path: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A file's bytes and text; the text is empty where the problem says why it could not be read."""

    content: bytes = b""
    text: str = ""
    problem: Problem | None = None


def discover(directory: Path) -> tuple[tuple[Found, ...], tuple[Problem, ...]]:
    """Answer the candidate files of `directory`, sorted by name, and what is wrong with the directory itself.

    Raises UsageError where there is no such directory or it cannot be listed.
    """
    if not directory.exists():
        raise UsageError(
            f"{directory}: no such directory",
            hint="name the directory of the manifests, or make one with `reconcile init`",
        )
    if not directory.is_dir():
        raise UsageError(f"{directory}: not a directory", hint="name the directory that holds the manifests")
    try:
        os.scandir(directory).close()
    except OSError as error:
        raise UsageError(f"{directory}: cannot be read: {error.strerror}") from error
    walk = _Walk(directory.resolve())
    walk.visit(directory)
    walk.follow_links()
    found = sorted(walk.found, key=lambda file: file.shown.split("/"))
    return tuple(found), tuple(walk.problems)


class _Walk:
    """One walk through a directory: real files first, then what links add to them.

    Paths are texts here: ten thousand files are a sixth of a second as such, and three times that as `Path`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen: set[str] = set()
        self._links: list[Path] = []
        self.found: list[Found] = []
        self.problems: list[Problem] = []

    def visit(self, directory: Path) -> None:
        """Take the manifests of a directory and of those below it, putting links aside."""
        real = str(directory.resolve())
        self._seen.add(real)
        below = str(directory) != "."
        for entry in self._entries(directory):
            if entry.is_symlink():
                self._links.append(directory / entry.name)
            elif entry.is_dir(follow_symlinks=False):
                self.visit(directory / entry.name)
            elif _is_manifest(entry.name):
                path, is_file = f"{real}{os.sep}{entry.name}", entry.is_file(follow_symlinks=False)
                self._take(entry.path if below else entry.name, path, is_file=is_file)

    def follow_links(self) -> None:
        """Follow the links that were put aside, and those that are found behind them."""
        while self._links:
            link = self._links.pop(0)
            try:
                target = link.resolve(strict=True)
            except (OSError, RuntimeError):  # until Python 3.13 a loop of links is a RuntimeError
                if _is_manifest(link.name):
                    self._problem(link, f"cannot be read: a broken symbolic link to {link.readlink()}")
                continue
            if not (target.is_dir() or _is_manifest(link.name)):
                continue
            if not target.is_relative_to(self._root):
                hint = "copy the file, or name its own directory"
                self._problem(link, f"a symbolic link that leaves the directory (to {target})", hint)
            elif str(target) in self._seen:
                continue
            elif target.is_dir():
                self.visit(link)
            else:
                self._take(str(link), str(target), is_file=target.is_file())

    def _entries(self, directory: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(directory) as entries:
                visible = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            self._problem(directory, f"cannot be read: {error.strerror}")
            return []
        return sorted(visible, key=lambda entry: entry.name)

    def _take(self, path: str, real: str, *, is_file: bool) -> None:
        if real in self._seen:
            return
        self._seen.add(real)
        if is_file:
            self.found.append(Found(path=real, shown=printable(path)))
        else:
            self._problem(path, "not a regular file")

    def _problem(self, path: Path | str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(message=message, source=Source(file=printable(path)), hint=hint))


def _is_manifest(name: str) -> bool:
    """Whether a file is one to look at; `JOB.YAML` is meant as `job.yaml` is, and would not be missed for long."""
    return name.lower().endswith(_SUFFIXES)


def printable(path: Path | str) -> str:
    """Answer a path as text that every terminal and JSON file can hold."""
    if isinstance(path, str) and path.isascii():
        return path
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def read(path: Path | str, shown: str, *, encodings: tuple[str, ...] = ("utf-8-sig",)) -> Text:
    """Answer what stands in a file: UTF-8, or what its byte order mark says where `encodings` admits that."""
    found = raw(path, shown)
    return found if found.problem is not None else decode(found.content, shown, encodings=encodings)


def raw(path: Path | str, shown: str) -> Text:
    """Answer the bytes of a file, or why they cannot be had."""
    try:
        with FileIO(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > _MOST_BYTES:
                limit = f"expected at most {_MOST_BYTES >> 20} MiB, got {size >> 20} MiB"
                return _refused(shown, f"the file is too large ({limit})")
            return Text(content=stream.read())
    except OSError as error:
        return _refused(shown, f"cannot be read: {error.strerror}")


def decode(content: bytes, shown: str, *, encodings: tuple[str, ...] = ("utf-8-sig",)) -> Text:
    """Answer the text of some bytes: UTF-8, or what their byte order mark says where `encodings` admits that."""
    encoding = _encoding(content)
    if encoding == "utf-8" and 0 in content[:2]:
        message = "not UTF-8: it looks like UTF-16 or UTF-32 without a byte order mark"
        return Text(content=content, problem=_problem_of(shown, message, 1, 1))
    if encoding not in (*encodings, "utf-8"):
        problem = _problem_of(shown, f"not UTF-8: the file begins with the byte order mark of {encoding.upper()}", 1, 1)
        return Text(content=content, problem=problem)
    try:
        return Text(content=content, text=content.decode(encoding))
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        name = "UTF-8" if encoding.startswith("utf-8") else encoding.upper()
        byte = content[error.start] if error.start < len(content) else 0
        return Text(content=content, problem=_problem_of(shown, f"not {name}: byte 0x{byte:02X}", line, column))


def decoded(content: bytes) -> str:
    """Answer content that was read before, as text; what does not decode is replaced."""
    return content.decode(_encoding(content), "replace")


def _encoding(content: bytes) -> str:
    return next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")


#: What a definition file may be encoded in: whatever its byte order mark says.
ANY_UNICODE = ("utf-8-sig", "utf-16", "utf-32")


def _problem_of(shown: str, message: str, line: int, column: int) -> Problem:
    where = Source(file=shown, line=line, column=column)
    return Problem(message=message, source=where, hint="save the file as UTF-8")


def _refused(shown: str, message: str) -> Text:
    return Text(problem=Problem(message=message, source=Source(file=shown)))


def top_level(directory: Path) -> Path | None:
    """Answer the git top level that holds `directory`, if one does."""
    return next((folder for folder in _upwards(directory.resolve()) if (folder / ".git").exists()), None)


def origin(directory: Path) -> str:
    """Answer the directory's path from the git top level (`.` for that itself); its own name outside git."""
    top = top_level(directory)
    return directory.resolve().name if top is None else directory.resolve().relative_to(top).as_posix()


def project(directory: Path) -> Path:
    """Answer how far a manifest may point: the git top level, or outside git the folder that holds the directory."""
    return top_level(directory) or directory.resolve().parent


def _upwards(directory: Path) -> Iterator[Path]:
    yield directory
    yield from directory.parents
