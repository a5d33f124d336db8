"""The short page of what counts as equal: every row of the tables in few words, place by place.

What the tables say of many places at once (the containers of a job definition stand in five) is said once here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from reconciler.core.rule import Rule, spelt
from reconciler.core.rules import (
    AnyOfIsAbsent,
    Default,
    DefaultFrom,
    DropEntries,
    EmptyIsAbsent,
    Keyed,
    NotCompared,
    Ordered,
    Rules,
    Unordered,
)
from reconciler.kinds import event_rule, job_definition_rules, schedule_rules, task_definition_rules

_BATCH_TASKS = ("ecsProperties.taskProperties[]", "nodeProperties.nodeRangeProperties[].ecsProperties.taskProperties[]")
_BATCH_CONTAINERS = (
    "containerProperties",
    "nodeProperties.nodeRangeProperties[].container",
    *_BATCH_TASKS,
    *(f"{task}.containers[]" for task in _BATCH_TASKS),
)
_PODS = ("eksProperties.podProperties", "nodeProperties.nodeRangeProperties[].eksProperties.podProperties")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of what a table is about: `prefixes` are the places where it stands, none for the whole."""

    title: str
    prefixes: tuple[str, ...] = ()


_PARTS: tuple[tuple[str, Rules, tuple[Part, ...]], ...] = (
    (
        "Task definitions (ECS)",
        task_definition_rules.RULES,
        (
            Part(title="the definition"),
            Part(title="a volume, `volumes[]`", prefixes=("volumes[]",)),
            Part(title="a container, `containerDefinitions[]`", prefixes=("containerDefinitions[]",)),
        ),
    ),
    (
        "Job definitions (Batch)",
        job_definition_rules.RULES,
        (
            Part(title="the definition"),
            Part(
                title="a container and its task, in `containerProperties`, `ecsProperties` and every node range",
                prefixes=_BATCH_CONTAINERS,
            ),
            Part(title="a pod, `eksProperties.podProperties`, in every node range too", prefixes=_PODS),
            Part(
                title="a pod's container, `containers[]` and `initContainers[]`",
                prefixes=tuple(f"{pod}.{kind}[]" for pod in _PODS for kind in ("containers", "initContainers")),
            ),
        ),
    ),
    (
        "Schedules (EventBridge Scheduler)",
        schedule_rules.RULES,
        (
            Part(title="the schedule"),
            Part(title="an ECS target, `Target.EcsParameters`", prefixes=("Target.EcsParameters",)),
        ),
    ),
    (
        "The rule that keeps how runs end (EventBridge)",
        event_rule.RULES,
        (Part(title="the rule, its targets and its policy"),),
    ),
)


def summary() -> str:
    """Answer the sections of the page, a heading for each kind."""
    return "\n\n".join(
        "\n".join([f"## {title}", *(line for part in _sorted_into(parts, rules) for line in _part(*part))])
        for title, rules, parts in _PARTS
    )


def _sorted_into(parts: tuple[Part, ...], rules: Rules) -> Iterator[tuple[Part, list[Rule]]]:
    """Put every row into the part that it is about, with its path inside it, and rows that say the same once."""
    found: dict[str, dict[Rule, None]] = {part.title: {} for part in parts}
    for row in rules:
        if row.path != "**":
            inside = ((part, prefix) for part in parts for prefix in part.prefixes or ("",))
            part, prefix = max((each for each in inside if _stands_in(row, each[1])), key=lambda each: len(each[1]))
            found[part.title][replace(row, path=row.path[len(prefix) :].removeprefix("."))] = None
    return ((part, list(found[part.title])) for part in parts)


def _stands_in(row: Rule, prefix: str) -> bool:
    return not prefix or row.path.startswith(f"{prefix}.")


def _part(part: Part, rows: list[Rule]) -> Iterator[str]:
    yield f"\n**{part.title[0].upper()}{part.title[1:]}**\n"
    usual = [row for row in rows if isinstance(row, Default | DefaultFrom | AnyOfIsAbsent)]
    yield from _bullet("left out = written so", (f"`{row.path}` {_usual(row)}{_when(row)}" for row in usual))
    yield from _of(rows, EmptyIsAbsent, "`{}` = left out")
    unordered = [row for row in rows if isinstance(row, Keyed | Unordered)]
    yield from _bullet("order does not matter", (f"`{row.path}`{_last(row)}" for row in unordered))
    yield from _of(rows, Ordered, "order matters")
    respelt = [row for row in rows if not isinstance(row, _TOLD)]
    yield from _bullet("one value, several spellings", (f"`{row.path}`: {row.text}{_when(row)}" for row in respelt))
    yield from _of(rows, NotCompared, "not compared")
    dropped = [row for row in rows if isinstance(row, DropEntries)]
    yield from _bullet("do not count", (f"`{row.path}`: {row.text.removesuffix(' do not count')}" for row in dropped))


_TOLD = (Default, DefaultFrom, AnyOfIsAbsent, EmptyIsAbsent, Keyed, Unordered, Ordered, NotCompared, DropEntries)


def _of(rows: Iterable[Rule], kind: type[Rule], title: str) -> Iterator[str]:
    return _bullet(title, (f"`{row.path}`{_when(row)}" for row in rows if isinstance(row, kind)))


def _bullet(title: str, told: Iterable[str]) -> Iterator[str]:
    if found := list(dict.fromkeys(told)):
        yield f"- *{title}*: {' · '.join(found)}"


def _usual(row: Rule) -> str:
    match row:
        case Default(value=value):
            return f"`{spelt(value)}`"
        case DefaultFrom(member=member):
            return f"`{member.removeprefix('.')}`"
        case AnyOfIsAbsent(values=values):
            return " or ".join(f"`{spelt(value)}`" for value in values)
    raise TypeError(f"{row.id} says nothing of what is left out")


def _last(row: Rule) -> str:
    return " (of equal names the last counts)" if isinstance(row, Keyed) and row.last_wins else ""


def _when(row: Rule) -> str:
    return f" (where {row.condition})" if row.when else ""
