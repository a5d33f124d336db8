"""AWS's answers, each of every operation that we call, with a place of them gone, added, or of another kind."""

import json
from dataclasses import dataclass, field
from random import Random

from reconciler.local import cbor
from reconciler.local.wire import Answer
from tests.fuzz.case import Case, Told
from tests.fuzz.mutations import broken_bytes, broken_text, mutated
from tests.fuzz.world import World

#: With another image in a manifest there is something to do.
CHANGED = {"jobs.d/report.yaml": ("app:1", "app:2")}
COMMANDS = (
    *(["plan"], ["drift", "--unmanaged"], ["status"], ["runs"], ["logs", "report"], ["logs", "crunch"], ["doctor"]),
    *(["import", "report", "--dir", "i.d"], ["wait", "crunch"], ["run", "report"], ["run", "crunch"], ["--once"]),
    *(["--once", "--wait", "--timeout", "900"], ["stop", "report"], ["retry", "report"], ["suspend", "nightly"]),
)
#: What stands between us and AWS may say.
PAGES = (b"<html><title>welcome</title></html>", b"", b"null", b"{}", b"[]", b"\xff", b'{"message": "no"}')
DATES = ("", "soon", "Thu, 99 Nov 2026 10:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2359")
STATUSES = (200, 200, 200, 200, 200, 204, 301, 400, 403, 404, 429, 500, 503, 599)


@dataclass(slots=True, kw_only=True)
class Recording:
    """What a command is answered when nothing is wrong, call by call; `files` are changed before."""

    command: list[str]
    files: dict[str, bytes | None] = field(default_factory=dict)
    told: list[tuple[str, Answer]]


class Answers:
    """The target; what the commands are answered undisturbed is recorded when it is first needed."""

    def __init__(self) -> None:
        self._recordings: list[Recording] = []

    def __call__(self, world: World, chance: Random) -> Case:
        """Answer a case of one command of which a call is answered otherwise."""
        recordings = self._recorded(world)
        actions = sorted({action for recording in recordings for action, _ in recording.told})
        action = chance.choice(actions)
        recording = chance.choice([one for one in recordings if action in {name for name, _ in one.told}])
        answers = [answer for name, answer in recording.told if name == action]
        number = chance.randint(1, len(answers))
        body = changed(chance, answers[number - 1].body)
        status = chance.choice(STATUSES)
        headers = {"Date": chance.choice(DATES)} if chance.random() < 0.05 else {}
        told = Told(action=action, number=number, body=body, status=status, headers=headers, on=chance.random() < 0.4)
        return Case(commands=[recording.command, ["--once"]], files=recording.files, answers=[told])

    def _recorded(self, world: World) -> list[Recording]:
        if not self._recordings:
            world.again()
            files: dict[str, bytes | None] = {
                path: world.text(path).replace(before, after).encode() for path, (before, after) in CHANGED.items()
            }
            for command in COMMANDS:
                for changes in (dict[str, bytes | None](), files):
                    world.play(Case(commands=[command], files=changes))
                    self._recordings.append(Recording(command=command, files=changes, told=list(world.told)))
        return self._recordings


def changed(chance: Random, body: bytes) -> bytes:
    """Answer the body of an answer with something wrong in it, in whichever of AWS's protocols it is."""
    if chance.random() < 0.1:
        return chance.choice(PAGES)
    if body.startswith(b"<"):
        return broken_text(chance, body.decode()).encode()
    if body[:1] in (b"{", b"["):
        if chance.random() < 0.1:
            return broken_bytes(chance, broken_text(chance, body.decode()))
        told = json.loads(body)
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            told = mutated(chance, told)
        return json.dumps(told).encode()
    if not body or chance.random() < 0.2:
        return body[: chance.randint(0, len(body))] + chance.randbytes(chance.randint(0, 4))
    return cbor.encode(mutated(chance, cbor.decode(body)))
