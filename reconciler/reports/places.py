"""Where hidden values stand: below which members of a definition, a request or a manifest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from reconciler.model import Path
from reconciler.reports.command_words import COMMANDS
from reconciler.reports.paths import segments
from reconciler.reports.secret_names import looks_secret


class Place(Enum):
    """What a part of a document means for the values in it."""

    PLAIN = "shown"
    NAMED = "every value is masked"
    OVERRIDES = "every text is masked but for names and sizes"
    WORDS = "a command: words after a secret-looking flag are masked"
    LABELS = "masked where the name looks like a secret"
    TEXT = "a request written as JSON text"


#: The member below which each place begins, in the spellings of ECS, Batch, EventBridge Scheduler and our manifests;
#: a first capital letter, as Scheduler and its universal targets write it, makes no difference.
_BEGINS: Final[Mapping[str, Place]] = {
    "environment": Place.NAMED,
    "env": Place.NAMED,
    "options": Place.NAMED,
    "parameters": Place.NAMED,
    "patches": Place.NAMED,
    "webhook": Place.NAMED,
    "overrides": Place.OVERRIDES,
    "containerOverrides": Place.OVERRIDES,
    "nodeOverrides": Place.OVERRIDES,
    "ecsPropertiesOverride": Place.OVERRIDES,
    "eksPropertiesOverride": Place.OVERRIDES,
    **dict.fromkeys(COMMANDS, Place.WORDS),
    "dockerLabels": Place.LABELS,
    "driverOpts": Place.LABELS,
    "labels": Place.LABELS,
    "annotations": Place.LABELS,
    "tags": Place.LABELS,
    "input": Place.TEXT,
}
#: Members that say which or how big, never a value of the job's own.
OPEN_IN_OVERRIDES: Final = frozenset(
    {"name", "type", "cpu", "memory", "taskRoleArn", "executionRoleArn", "instanceType", "targetNodes", "deviceName"}
)
_PLAIN_IN_OVERRIDES: Final = frozenset({"resourceRequirements", "inferenceAcceleratorOverrides", "ephemeralStorage"})
OPEN_IN_ELEMENTS: Final = frozenset({"name", "key", "op", "path", "from"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where the walk is: the place, the name the value goes by, and whether it is an element of a list."""

    place: Place = Place.PLAIN
    name: str = ""
    element: bool = False

    def member(self, key: str) -> "Here":
        """Step into a member of a mapping."""
        begins = _BEGINS.get(member_word(key), Place.PLAIN)
        match self.place:
            case Place.PLAIN | Place.TEXT:  # into the text: it is a request like any other
                return Here(place=begins, name=key)
            case Place.OVERRIDES if member_word(key) in _PLAIN_IN_OVERRIDES:
                return Here(name=key)
            case Place.OVERRIDES if begins is Place.NAMED:
                return Here(place=begins, name=key)
            case _ if self.element and member_word(key) == "value":
                return replace(self, element=False)
            case _:
                return replace(self, name=key, element=False)

    def item(self, name: str) -> "Here":
        """Step into an element of a list, which goes by its own name where it has one; a label without has none."""
        return replace(self, name=name or ("" if self.place is Place.LABELS else self.name), element=True)


def place_of(path: str | Path) -> Here:
    """Answer what the last member of `path` is: `containerDefinitions[main].environment[TZ].value`, or its keys."""
    here = Here()
    for key, element in segments(path):
        here = here.item("" if key.isdigit() else key) if element else here.member(key)
    return here


def is_hidden(path: str | Path) -> bool:
    """Whether a value at `path` may be one that is masked; what only names or sizes something is not."""
    here = Here()
    for key, element in segments(path):
        above, here = here, here.item("" if key.isdigit() else key) if element else here.member(key)
        named = above.element and member_word(key) in OPEN_IN_ELEMENTS
        sized = above.place is Place.OVERRIDES and member_word(key) in OPEN_IN_OVERRIDES
        if named or sized:
            return False
    return here.place is not Place.PLAIN and (here.place is not Place.LABELS or looks_secret(here.name))


def member_word(key: str) -> str:
    """Answer a member in the spelling of ECS and Batch: `Environment` is `environment`."""
    return key[:1].lower() + key[1:]
