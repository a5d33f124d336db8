"""What botocore works out anew for every session and every client, worked out once for a whole test run.

The product makes one session and a handful of clients in a process; the tests make thousands of them, and half of what a
command cost them was the making. Only what is always the same is kept: nothing that a session or client is told later.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from random import Random
from types import FunctionType, MethodType, SimpleNamespace
from typing import Any

import pytest


@contextmanager
def prepared_once() -> Iterator[None]:
    """Let it be so."""
    with pytest.MonkeyPatch.context() as patch:
        _read_models_once(patch)
        _make_methods_once(patch)
        _translate_events_once(patch)
        # the number that every call is given, which costs a call of the system otherwise
        numbers = Random()
        patch.setattr("botocore.endpoint.uuid", SimpleNamespace(uuid4=lambda: numbers.getrandbits(128)))
        yield


def _read_models_once(patch: pytest.MonkeyPatch) -> None:
    """Share what is read from files, by their path."""
    from botocore import loaders

    known: dict[str, Any] = {}
    read = loaders.JSONFileLoader.load_file

    def load_file(loader: loaders.JSONFileLoader, path: str) -> Any:
        if path not in known:
            known[path] = read(loader, path)
        return known[path]

    patch.setattr(loaders.JSONFileLoader, "load_file", load_file)
    patch.setattr("botocore.session.create_loader", cache(loaders.create_loader))


def _make_methods_once(patch: pytest.MonkeyPatch) -> None:
    """Share a service's model, with the shapes that it has resolved, the methods made of it, and the TLS context."""
    from botocore import client, httpsession

    creator: Any = client.ClientCreator
    load, make = creator._load_service_model, creator._create_methods
    made: dict[int, tuple[Any, dict[str, Any]]] = {}

    def load_model(self: Any, *asked: Any) -> Any:
        model = load(self, *asked)
        described = id(model._service_description)  # which the model holds, so that no other one gets the number
        if described not in made:
            made[described] = (model, make(self, model))
        return made[described][0]

    def make_methods(_: Any, model: Any) -> dict[str, Any]:
        return dict(made[id(model._service_description)][1])

    context = httpsession.create_urllib3_context()
    patch.setattr(creator, "_load_service_model", load_model)
    patch.setattr(creator, "_create_methods", make_methods)
    patch.setattr(httpsession, "create_urllib3_context", lambda *_, **__: context)


def _translate_events_once(patch: pytest.MonkeyPatch) -> None:
    """Share the names of events, and be quick about who may hear of them."""
    from botocore import hooks

    names: dict[str, str] = {}
    aliaser: Any = hooks.EventAliaser
    initialise, look = aliaser.__init__, hooks.accepts_kwargs

    def with_names(self: Any, *arguments: Any, **options: Any) -> None:
        initialise(self, *arguments, **options)
        self._alias_name_cache = names

    def accepts_kwargs(function: Any) -> Any:
        plain = function.__func__ if isinstance(function, MethodType) else function
        return plain.__code__.co_flags & inspect.CO_VARKEYWORDS if isinstance(plain, FunctionType) else look(function)

    def copied(nodes: Any) -> Any:
        return hooks.NodeList([*nodes.first], [*nodes.middle], [*nodes.last])

    patch.setattr(aliaser, "__init__", with_names)
    patch.setattr(hooks, "accepts_kwargs", accepts_kwargs)
    patch.setattr(hooks.NodeList, "__copy__", copied)
