"""Which services the embedded AWS answers itself; every other one falls through to moto."""

from importlib import import_module

from reconciler.local.calls import Service

MODULES = (
    "reconciler.local.batch.service",
    "reconciler.local.ec2.service",
    "reconciler.local.ecs.service",
    "reconciler.local.events.service",
    "reconciler.local.logs.service",
    "reconciler.local.scheduler.service",
    "reconciler.local.simulation",
    "reconciler.local.sts",
    "reconciler.local.tagging",
)
"""Modules that each hold a `SERVICE`."""


def services() -> tuple[Service, ...]:
    """Every service of our own, imported when first asked for."""
    return tuple(import_module(name).SERVICE for name in MODULES)
