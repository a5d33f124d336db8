"""Write `docs/normalisation.md` and `docs/normalisation-rules.md` from the tables, so that they say what is done.

`python -m reconciler.kinds.document_rules` writes them; with `--check` it writes nothing and exits 1 when one is not
what it would write.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.core.rule import Equality, Grade, Rule
from reconciler.kinds import event_rule, everywhere_rules, job_definition_rules, schedule_rules, task_definition_rules
from reconciler.kinds.document_summary import summary

_COMMAND = "python -m reconciler.kinds.document_rules"
_DIRECTORY = Path("docs")
_TITLES = (
    (task_definition_rules.RULES, "Task definitions (ECS)"),
    (job_definition_rules.RULES, "Job definitions (Batch)"),
    (schedule_rules.RULES, "Schedules (EventBridge Scheduler)"),
    (event_rule.RULES, "The rule that keeps how runs end (EventBridge)"),
)
_MADE = f"<!-- Written by {_COMMAND} from the tables in reconciler/kinds. Do not edit. -->"

_PAGE = f"""\
{_MADE}

# What counts as equal

AWS does not return what it was sent: it fills in defaults, adds members of its own, turns `1 vCPU` into `1024` and
hands the variables of a container back in another order. Consoles and other tools write out defaults that you left
out. None of that is drift; this page says all that is not, and nothing else is. **A member that is not named here is
compared as it stands.**

What you wrote is what is sent. The rules below serve only to compare, and they work both ways: it does not matter which
side leaves a default out. [Every rule with its source](normalisation-rules.md) is on a page of its own.

- *null* and `[]` are the same as a member that is left out, everywhere. An empty text is a value.
- Lists are compared in order, but for those named below: their entries are told apart by name, and so they show in
  paths: `containerDefinitions[main].environment[TZ].value`. An entry that only moved shows as `command[2→0]`.
- Tags are compared on their own: the keys that you want, never those that begin with `aws:`; keys of others stay.
- `spec.ignoreDifferences` takes the same paths, `[*]` for any entry, or JSON pointers
  (`/containerDefinitions/main/image`; a position is the one in your manifest). What lies below an ignored path is
  ignored too, and keeps its live value when the definition is registered for another reason.
- `reconcile drift --explain` names, for every difference that it does *not* report, the rule that says so.

**Two proofs.** A revision is registered with the digest of what was sent, then read back, compared, and marked as
verified. The two tags are believed only on the revision whose own number they name, since consoles copy tags; every
other revision is compared member by member. One that differs right after it was registered *does not converge*: that is
said with the path, and it is not registered again until the manifest changes. `drift --explain` looks at both proofs,
and says where they do not agree.

**Members that are newer than reconciler.** A manifest's member that the installed botocore does not know is refused;
upgrading boto3 is enough to use it. A member that AWS *describes* and no request has is named in a warning. On a
definition that somebody else registered it is drift, as any other; on one that was registered from your very manifest
only AWS can have put it there, so it is not. For a schedule, which has no revisions, the warning is all.

"""

_REFERENCE = f"""\
{_MADE}

# Every rule of what counts as equal

What these rules are for, and a shorter list of them, is in [What counts as equal](normalisation.md).

The column *kind* says what stands behind a row. **stores**: {Equality.STRICT.value}, a new registration of your
manifest would give the very same revision. **runs**: {Equality.SEMANTIC.value}, but keeps the two spellings apart.

*known from* begins with how well a row is known:
{"; ".join(f"**{grade.name.lower()}**: {grade.value}" for grade in Grade)}.
"""


def pages() -> Mapping[str, str]:
    """Answer both pages by their file's name."""
    return {"normalisation.md": f"{_PAGE}{summary()}\n", "normalisation-rules.md": _reference()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or check them; answer the exit code."""
    parser = argparse.ArgumentParser(prog=_COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is stale")
    parser.add_argument("--directory", type=Path, default=_DIRECTORY, help="where they are (default: %(default)s)")
    options = parser.parse_args(arguments)
    stale = 0
    for name, wanted in pages().items():
        file: Path = options.directory / name
        if not options.check:
            file.write_text(wanted, encoding="utf-8")
        elif not file.is_file() or file.read_text(encoding="utf-8") != wanted:
            sys.stderr.write(f"{file}: stale — run {_COMMAND}\n")
            stale = 1
    return stale


def _reference() -> str:
    sections = ["## Everywhere", _table(everywhere_rules.EVERYWHERE)]
    for rules, title in _TITLES:
        sections += [f"## {title}", _table([row for row in rules if row.path != "**"])]
    return "\n\n".join([_REFERENCE.rstrip(), *sections]) + "\n"


def _table(rows: Iterable[Rule]) -> str:
    lines = ["| where | what is equal | when | kind | known from |", "|---|---|---|---|---|"]
    for row, paths in _gathered(rows):
        kind = "stores" if row.equality is Equality.STRICT else "runs"
        where = "<br>".join("everywhere" if path == "**" else f"`{path}`" for path in paths)
        cells = [where, row.text, row.condition or "always", kind, f"{row.grade.name.lower()}: {row.source}"]
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
