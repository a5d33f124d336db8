"""Command lines: verbs with options and values that nobody meant."""

from random import Random
from typing import Final

import click

from reconciler.cli.program import VERBS, program
from tests.fuzz.case import Case
from tests.fuzz.mutations import STRANGE, WORDS
from tests.fuzz.world import World

#: They go on until they are stopped, or wait for what may never come.
_ENDLESS: Final = frozenset({"watch", "local", "wait"})
#: Nothing that names a place outside the world's directories: some verbs write, and a case is the same on any machine.
_VALUES: Final = (
    *("report", "nightly", "crunch", "jobs.d", "nowhere", "-", "0", "-1", "1e9", "10m", "2026-01-01T00:00:00Z", "a=b"),
    *(
        "json",
        "team=data",
        "=",
        "a=",
        "HEAD",
        "plan.json",
        "/dev/null/x",
        "..",
        "*",
        "~",
        "0s",
        "9" * 30,
        "9" * 12 + "d",
        "9" * 5000 + "h",
        "yesterday",
    ),
    *(str(value) for value in STRANGE if isinstance(value, str)),
    *WORDS,
)


def words(_: World, chance: Random) -> Case:
    """Answer a case of one command line."""
    verb = chance.choice([name for name in VERBS if name not in _ENDLESS])
    command = program.get_command(click.Context(program), verb)
    assert command is not None
    line = [verb]
    for option in chance.sample(command.params, min(len(command.params), chance.randint(0, 4))):
        names = [name for name in (*option.opts, *option.secondary_opts) if name.startswith("--")]
        if names and not {"--wait", "--open", "--listen", "--follow", "--local", "--again"} & set(names):
            line.append(chance.choice(names))
        if not (isinstance(option, click.Option) and (option.is_flag or option.count)):
            line.append(chance.choice(_VALUES))
    if chance.random() < 0.3:
        line.insert(chance.randint(1, len(line)), chance.choice(_VALUES))
    return Case(commands=[[word.replace("\x00", "") for word in line]])
