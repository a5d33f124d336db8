"""The way of the data has no way back: imports go downwards only, and each outside thing has one room."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "reconciler"

#: A room may import rooms of a lower number, and itself.
LEVELS = {
    "cli": 6,
    "web": 5,
    "notify": 5,
    "engine": 4,
    "local": 4,
    "reports": 4,
    "aws": 3,
    "kinds": 2,
    "manifests": 2,
    "core": 1,
    "cache_files": 0,
    "errors": 0,
    "clock": 0,
    "model": 0,
}

#: What the engine and the reports share is below both; the embedded AWS knows nothing of the product it tests.
FORBIDDEN = {
    "web": {"aws", "local"},
    "local": {"aws", "core", "kinds", "manifests", "reports", "engine"},
    "reports": {"aws", "engine"},
}

#: Which rooms may import an outside package.
ROOMS = {
    "boto3": {"aws", "local"},
    "botocore": {"aws", "local", "manifests/schema", "manifests/generate"},
    "yaml": {"manifests", "local"},
    "watchfiles": {"engine/watch"},
    "moto": {"local"},
    "deepdiff": {"core"},
    "jsonschema": {"manifests"},
    "rich": {"cli", "reports"},
    "click": {"cli"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "prometheus_client": {"web"},
    "time": {"clock", "local"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(name: str) -> str:
    return name.split(".")[1] if name.startswith("reconciler.") else ""


def imported(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            if node.module == "reconciler":
                for alias in node.names:
                    yield f"reconciler.{alias.name}", node.lineno


def where(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


@pytest.mark.parametrize("path", modules(), ids=where)
def test_imports_go_downwards_only(path: Path) -> None:
    here = where(path).split("/")[0]
    for name, line in imported(path):
        room = room_of(name)
        if room in LEVELS and here in LEVELS and room != here:
            assert LEVELS[room] < LEVELS[here] or (LEVELS[room] == LEVELS[here] == 0), f"{path}:{line} imports {name}"
            assert room not in FORBIDDEN.get(here, set()), f"{path}:{line} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=where)
def test_each_outside_package_has_its_rooms(path: Path) -> None:
    for name, line in imported(path):
        rooms = ROOMS.get(name.split(".")[0])
        if rooms is not None:
            assert any(where(path).startswith(room) for room in rooms), f"{path}:{line} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=where)
def test_the_time_is_read_in_one_place(path: Path) -> None:
    if where(path).startswith(("clock", "local/")):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}:
            owner = ast.unparse(node.value)
            assert owner not in {"datetime", "datetime.datetime", "date"}, f"{path}:{node.lineno} reads the time"


@pytest.mark.parametrize("path", modules(), ids=where)
def test_a_module_is_a_room_that_one_can_overlook(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300
