"""Keeps docs/cli.md true: `python -m reconciler.cli.document` writes its reference from the commands themselves.

With `--check` nothing is written, and the exit code is 1 where the file is stale.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click

from reconciler.cli import options
from reconciler.cli.parameters import FORMATS
from reconciler.cli.program import ALIASES, MODES, VERBS, program

PAGE: Final = Path(__file__).parents[2] / "docs" / "cli.md"
_BEGIN: Final = "<!-- begin: written by python -m reconciler.cli.document -->\n"
_END: Final = "<!-- end -->\n"
#: The shared options in the order of the page; a verb's table names a group instead of repeating it.
_GROUPS: Final = {
    "Manifests": options.MANIFESTS,
    "AWS": options.AWS,
    "Selection": options.SELECTION,
    "Guards": options.GUARDS,
    "Limits": options.LIMITS,
    "Output": options.output(*FORMATS),
}


def main(arguments: list[str]) -> int:
    """Write the page, or check it."""
    before = PAGE.read_text(encoding="utf-8")
    after = documented(before)
    if "--check" in arguments:
        if before != after:
            click.echo(f"{PAGE} is stale: run python -m reconciler.cli.document", err=True)
        return int(before != after)
    PAGE.write_text(after, encoding="utf-8")
    return 0


def documented(page: str) -> str:
    """Answer `page` with the part between its markers written anew."""
    head, _, rest = page.partition(_BEGIN)
    _, _, tail = rest.partition(_END)
    written = "\n".join(_reference())
    return f"{head}{_BEGIN}{written}\n{_END}{tail}"


def _reference() -> Iterator[str]:
    with click.Context(program, info_name="reconcile") as context:
        for name in VERBS:
            command = program.get_command(context, name)
            assert command is not None
            yield from _verb(name, command, context)
    yield ""
    yield "## Shared options"
    for title, group in _GROUPS.items():
        yield ""
        yield f"### {title}"
        yield ""
        yield from _table(_made(group))


def _verb(name: str, command: click.Command, parent: click.Context) -> Iterator[str]:
    with click.Context(command, info_name=name, parent=parent) as context:
        pieces = " ".join(command.collect_usage_pieces(context))
    others = [alias for alias, verb in (*ALIASES.items(), *MODES.items()) if verb == name]
    also = f" (also `reconcile {'`, `reconcile '.join(others)}`)" if others else ""
    yield ""
    yield f"## {name}"
    yield ""
    yield f"`reconcile {name} {pieces}`{also}"
    yield ""
    yield from (" ".join(text.split()) for text in (command.help or "").strip().splitlines())
    listed = {parameter.name: title for title, group in _GROUPS.items() for parameter in _made(group)}
    own = [each for each in command.params if isinstance(each, click.Option) and each.name not in listed]
    if own:
        yield ""
        yield from _table(own)
    used = dict.fromkeys(listed[each.name] for each in command.params if each.name in listed)
    if used:
        yield ""
        yield f"Shared options: {', '.join(f'[{title}](#{title.lower()})' for title in used)}.{_formats(command)}"


def _formats(command: click.Command) -> str:
    """Answer which formats a verb has."""
    chosen = next((each.type for each in command.params if each.name == "format"), None)
    return f" Formats: {', '.join(chosen.choices)}." if isinstance(chosen, click.Choice) else ""


def _made(group: options.Group) -> list[click.Parameter]:
    return [make() for make in group]


def _table(parameters: Sequence[click.Parameter]) -> Iterator[str]:
    yield "| option | meaning |"
    yield "|---|---|"
    for parameter in parameters:
        assert isinstance(parameter, click.Option)
        with click.Context(program) as context:
            record = parameter.get_help_record(context)
        assert record is not None
        names, meaning = (text.replace("|", "\\|") for text in record)
        yield f"| `{names}` | {' '.join(meaning.split())} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
