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


@pytest.fixture(scope="module")
def modules() -> dict[Path, ast.Module]:
    """Every module, read once."""
    return {path: ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py"))}


def room_of(name: str) -> str:
    return name.split(".")[1] if name.startswith("reconciler.") else ""


def imported(module: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(module):
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


def is_downwards(here: str, room: str) -> bool:
    if room not in LEVELS or here not in LEVELS or room == here:
        return True
    lower = LEVELS[room] < LEVELS[here] or (LEVELS[room] == LEVELS[here] == 0)
    return lower and room not in FORBIDDEN.get(here, set())


def test_imports_go_downwards_only(modules: dict[Path, ast.Module]) -> None:
    assert [
        f"{path}:{line} imports {name}"
        for path, module in modules.items()
        for name, line in imported(module)
        if not is_downwards(where(path).split("/")[0], room_of(name))
    ] == []


def test_each_outside_package_has_its_rooms(modules: dict[Path, ast.Module]) -> None:
    assert [
        f"{path}:{line} imports {name}"
        for path, module in modules.items()
        for name, line in imported(module)
        if not where(path).startswith(tuple(ROOMS.get(name.split(".")[0], {""})))
    ] == []


def test_the_time_is_read_in_one_place(modules: dict[Path, ast.Module]) -> None:
    assert [
        f"{path}:{node.lineno} reads the time"
        for path, module in modules.items()
        if not where(path).startswith(("clock", "local/"))
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
        if ast.unparse(node.value) in {"datetime", "datetime.datetime", "date"}
    ] == []


def test_a_module_is_a_room_that_one_can_overlook(modules: dict[Path, ast.Module]) -> None:
    assert [str(path) for path in modules if len(path.read_text().splitlines()) > 300] == []
