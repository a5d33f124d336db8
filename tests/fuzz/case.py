"""One input that nobody meant: what stands in files, what AWS answers, what our streams hold, and what is then called.

A case is all that is needed to do the same again, whatever the mutations are like by then; as JSON it is kept in
`tests/data/fuzz`.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The bytes that the `number`th call of an action (`ecs:RunTask`, from 1) is answered with; `on`: all later ones."""

    action: str
    number: int = 1
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    on: bool = False

    def meets(self, action: str, number: int) -> bool:
        """Whether a call is answered so."""
        return action == self.action and (number == self.number or (self.on and number > self.number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A line in one of our log streams."""

    group: str
    stream: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is done to a world, in this order: files (by path, None: removed), events; then the commands, so answered.

    With `harmless` the commands must say what they say without all this.
    """

    commands: Sequence[Sequence[str]]
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    events: Sequence[Event] = ()
    answers: Sequence[Told] = ()
    harmless: bool = False

    def dumps(self) -> str:
        """Answer it as JSON text; bytes are text where they can be, else base64 (`{"base64": …}`)."""
        return json.dumps(asdict(self), default=_encoded, indent=1, sort_keys=True)

    @classmethod
    def loads(cls, text: str) -> Self:
        """Read what `dumps` has written."""
        told: Mapping[str, Any] = json.loads(text)
        return cls(
            commands=told["commands"],
            files={path: None if content is None else _decoded(content) for path, content in told["files"].items()},
            events=[Event(**event) for event in told["events"]],
            answers=[Told(**{**answer, "body": _decoded(answer["body"])}) for answer in told["answers"]],
            harmless=told["harmless"],
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a case from its file."""
        return cls.loads(path.read_text())


def _encoded(raw: Any) -> Any:
    try:
        return {"text": raw.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}


def _decoded(told: Mapping[str, str]) -> bytes:
    return told["text"].encode() if "text" in told else base64.b64decode(told["base64"])
