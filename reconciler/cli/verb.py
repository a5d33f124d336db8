"""How a function becomes a verb.

    @verb("plan", DIRECTORY, MANIFESTS, AWS, SELECTION, GUARDS, output(*FORMATS))
    @click.option("--exit-code", is_flag=True)
    def command(invocation: Invocation, exit_code: bool) -> ExitCode:
        ...

Shared options end up in `invocation.options`; a verb's own are passed to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import Group, Options

#: The name of an argument that takes the words behind `--`.
WORDS: Final = "arguments"


def verb(name: str, *groups: Group, **settings: Any) -> Callable[[Callable[..., int]], click.Command]:
    """Make a function into the verb `name` with the parameters of `groups` after its own."""

    def decorate(function: Callable[..., int]) -> click.Command:
        own: list[click.Parameter] = list(reversed(getattr(function, "__click_params__", [])))
        shared = [make() for group in groups for make in group]
        arguments = [each for each in (*own, *shared) if isinstance(each, click.Argument)]
        options = [each for each in (*own, *shared) if not isinstance(each, click.Argument)]
        return _Verb(
            name,
            params=[*arguments, *options],
            callback=lambda **given: _invocation(name, given).run(function, _without_shared(given)),
            help=function.__doc__,
            **settings,
        )

    return decorate


class _Verb(click.Command):
    """A command that tells apart what click takes for the same.

    `--wait` takes a value only when it is attached (`--wait=all`), so that DIR may follow it. Words that are passed on
    (`WORDS`) stand behind `--`, so that a second JOB is not taken for a command.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        waits = next((each.type for each in self.params if "--wait" in each.opts), None)
        if isinstance(waits, click.Choice):
            following = dict(pairwise(args[:end])).get("--wait", "")
            if following in waits.choices and not Path(following).exists():
                ctx.fail(f"--wait takes its value attached: --wait={following}")
            args = [f"{arg}=once" if arg == "--wait" else arg for arg in args[:end]] + args[end:]
        behind = len(args[end + 1 :])
        rest = super().parse_args(ctx, args)
        words = ctx.params.get(WORDS, ())
        if len(words) > behind:
            ctx.fail(f'expected -- before the words of the command, got "{words[0]}"')
        return rest


_SHARED: Final = frozenset(each.name for each in fields(Options))


def _without_shared(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in _SHARED}


def _invocation(name: str, given: Mapping[str, Any]) -> Invocation:
    shared = {each: value for each, value in given.items() if each in _SHARED}
    return Invocation(verb=name, options=Options(**shared))
