"""Which services the embedded AWS answers itself; every other one falls through to moto."""

from importlib import import_module

from reconciler.local.calls import Service

MODULES = (
    "reconciler.local.batch",
    "reconciler.local.ec2",
    "reconciler.local.ecs",
    "reconciler.local.events",
    "reconciler.local.logs",
    "reconciler.local.scheduler",
    "reconciler.local.sts",
    "reconciler.local.tagging",
)
"""Modules that each hold a `SERVICE`."""


def services() -> tuple[Service, ...]:
    """Every service of our own, imported when first asked for."""
    return tuple(import_module(name).SERVICE for name in MODULES)
