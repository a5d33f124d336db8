"""botocore's service models: which operation a request names, and the shapes of what goes in and out."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from botocore.loaders import Loader
    from botocore.model import OperationModel, ServiceModel

SIGNING_NAMES = {
    "tagging": "resourcegroupstaggingapi",
    "monitoring": "cloudwatch",
}
"""Names in a signature's scope that are not botocore's name of the service."""

_LABEL = re.compile(r"\{(\w+)(\+?)\}")


@lru_cache(maxsize=1)
def _loader() -> "Loader":
    from botocore.loaders import Loader

    return Loader()


@lru_cache(maxsize=64)
def service_model(service: str) -> "ServiceModel | None":
    """botocore's model of a service, by botocore's name or the name in signatures; None for an unknown one."""
    from botocore.exceptions import UnknownServiceError
    from botocore.model import ServiceModel

    name = SIGNING_NAMES.get(service, service)
    try:
        return ServiceModel(_loader().load_service_model(name, "service-2"), name)
    except UnknownServiceError:
        return None


@lru_cache(maxsize=1024)
def operation_model(service: str, operation: str) -> "OperationModel | None":
    """The model of one operation; None where the service has none of that name."""
    model = service_model(service)
    if model is None or operation not in model.operation_names:
        return None
    return model.operation_model(operation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way into a REST service: a method and a pattern of its path."""

    method: str
    pattern: re.Pattern[str]
    operation: str
    weight: int


@lru_cache(maxsize=16)
def _routes(service: str) -> tuple[Route, ...]:
    model = service_model(service)
    assert model is not None
    routes = []
    for name in model.operation_names:
        http: dict[str, Any] = model.operation_model(name).http
        path = http["requestUri"].partition("?")[0]
        routes.append(
            Route(
                method=http["method"],
                pattern=re.compile(_LABEL.sub(_group, path.rstrip("/") or "/") + "/?"),
                operation=name,
                weight=len(_LABEL.sub("", path)),
            )
        )
    # The longest literal wins: /schedules/{Name} must not catch what a longer path names.
    return tuple(sorted(routes, key=lambda route: -route.weight))


def _group(label: re.Match[str]) -> str:
    return f"(?P<{label[1]}>{'.+' if label[2] else '[^/]+'})"


def route(service: str, method: str, path: str) -> tuple[str, dict[str, str]] | None:
    """The operation that a method and a raw (still quoted) path name, with the path's labels unquoted."""
    for candidate in _routes(service):
        if candidate.method == method and (found := candidate.pattern.fullmatch(path)):
            return candidate.operation, {name: unquote(text) for name, text in found.groupdict().items()}
    return None
