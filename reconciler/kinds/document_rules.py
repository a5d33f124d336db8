"""Write `docs/normalisation.md` from the tables, so that it says what the program does.

`python -m reconciler.kinds.document_rules` writes it; with `--check` it writes nothing and exits 1 when the file is
not what it would write.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.core.rule import Equality, Grade, Rule
from reconciler.kinds import everywhere_rules, job_definition_rules, schedule_rules, task_definition_rules

_COMMAND = "python -m reconciler.kinds.document_rules"
_FILE = Path("docs/normalisation.md")
_TITLES = (
    (task_definition_rules.RULES, "Task definitions (ECS)"),
    (job_definition_rules.RULES, "Job definitions (Batch)"),
    (schedule_rules.RULES, "Schedules (EventBridge Scheduler)"),
)


def _word(grade: Grade) -> str:
    return grade.name.lower()


_INTRODUCTION = f"""\
<!-- Written by {_COMMAND} from the tables in reconciler/kinds. Do not edit. -->

# What counts as equal

AWS does not return what it was sent: it fills in defaults, adds members of its own, turns `1 vCPU` into `1024` and
hands the variables of a container back in another order. Consoles and other tools write out defaults that you left
out. None of that is drift. This page lists everything that reconciler treats as equal, and nothing else is: **a member
that is not on this page is compared as it stands**, members that AWS adds tomorrow included.

- What you wrote is what is sent; the tables serve only to compare.
- `absent = x` works both ways: leaving the member out and writing `x` is the same.
- An empty text is a value. Only where a row says so does it count as left out.
- Lists are compared in order unless a row says by what their entries are told apart. Those entries show in paths by
  name: `containerDefinitions[main].environment[TZ].value`. An entry that only moved in an ordered list shows as
  `command[2→0]`.
- `reconcile drift --explain` names, for every difference that it does *not* report, the row that says so.
- `spec.ignoreDifferences` takes the same paths, `[*]` for any entry, or JSON pointers
  (`/containerDefinitions/main/image`); what lies below an ignored path is ignored too. A position in a JSON pointer
  is the one in your manifest.
- Tags are compared on their own: only the keys you want, never those that begin with `aws:`; keys that others add stay.

The column *kind* says what stands behind a row. **stores**: {Equality.STRICT.value}, a new registration of your
manifest would give the very same revision. **runs**: {Equality.SEMANTIC.value}, but keeps the two spellings apart.

*known from* begins with how well a row is known:
{"; ".join(f"**{_word(grade)}**: {grade.value}" for grade in Grade)}.
"""


def document() -> str:
    """Answer the page."""
    sections = ["## Everywhere", _table(everywhere_rules.EVERYWHERE)]
    for rules, title in _TITLES:
        sections += [f"## {title}", _table([row for row in rules if row.path != "**"])]
    return "\n\n".join([_INTRODUCTION.rstrip(), *sections]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or check it; answer the exit code."""
    parser = argparse.ArgumentParser(prog=_COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is stale")
    parser.add_argument("--file", type=Path, default=_FILE, help="the page (default: %(default)s)")
    options = parser.parse_args(arguments)
    wanted = document()
    if not options.check:
        options.file.write_text(wanted, encoding="utf-8")
    elif not options.file.is_file() or options.file.read_text(encoding="utf-8") != wanted:
        sys.stderr.write(f"{options.file}: stale — run {_COMMAND}\n")
        return 1
    return 0


def _table(rows: Iterable[Rule]) -> str:
    lines = ["| where | what is equal | when | kind | known from |", "|---|---|---|---|---|"]
    for row, paths in _gathered(rows):
        kind = "stores" if row.equality is Equality.STRICT else "runs"
        where = "<br>".join("everywhere" if path == "**" else f"`{path}`" for path in paths)
        cells = [where, row.text, row.condition or "always", kind, f"{_word(row.grade)}: {row.source}"]
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines)


def _gathered(rows: Iterable[Rule]) -> Iterator[tuple[Rule, list[str]]]:
    """Put rows that say the same of several places into one."""
    places: dict[Rule, list[str]] = {}
    for row in rows:
        places.setdefault(replace(row, path=""), []).append(row.path)
    yield from places.items()


if __name__ == "__main__":
    raise SystemExit(main())
