"""Small wrongs: of JSON values, of texts, of bytes. All by a given source of chance, so that a seed says it all."""

import codecs
import copy
from collections.abc import Iterator
from random import Random
from typing import Any

#: What stands where something else was expected.
STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 10**30, 1.5, float("nan"), "", "x", "☃\u202e", "a\x1b[31mb", "\n", "0", "-"),
    *([], {}, [None], [[]], [{}], {"": ""}, {"x": None}, "arn:aws:ecs", "UNKNOWN_TO_US", "x" * 3000),
)
WORDS = (
    *("null", "{}", "[]", "~", "-", "? ", ": ", "&a", "*a", "!!python/object:os.system x", "<<: *a", "\t", "%YAML 3.0"),
    *(
        "${{",
        "${{ }}",
        "${{ A:-",
        "$${{",
        "0777",
        "1e999",
        "\ufeff",
        "\u2028",
        "\x00",
        "\x85",
        "😀",
        '"',
        "'",
        "|",
        ">",
    ),
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "latin-1")
MARKS = (b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Name every place in a JSON value, the whole first."""
    yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from places(inner, (*path, key))


def mutated(chance: Random, value: Any) -> Any:
    """Answer a copy of a JSON value with one place gone, doubled, added to or strange."""
    found = list(places(value))
    path = chance.choice(found)
    if not path:
        return chance.choice(STRANGE) if chance.random() < 0.3 or not isinstance(value, dict) else {**value, "new": 1}
    changed = copy.deepcopy(value)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    last = path[-1]
    match chance.randrange(5):
        case 0:
            del holder[last]
        case 1 if isinstance(holder, list):
            holder.insert(last, copy.deepcopy(holder[last]))
        case 1:
            holder[f"{last}New"] = holder[last]
        case 2 if isinstance(holder[last], list | dict):
            holder[last] = type(holder[last])()
        case _:
            holder[last] = copy.deepcopy(chance.choice(STRANGE))
    return changed


def broken_text(chance: Random, text: str) -> str:
    """Answer a text with pieces cut, doubled, swapped or put in."""
    for _ in range(chance.randint(1, 4)):
        at, other = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
        match chance.randrange(5):
            case 0:
                text = text[:at] + text[min(other, at + 40) :]
            case 1:
                text = text[:at] + chance.choice(WORDS) + text[at:]
            case 2:
                text = text[:at] + text[at : at + 60] + text[at:]
            case 3:
                lines = text.splitlines(keepends=True)
                chance.shuffle(lines)
                text = "".join(lines) if chance.random() < 0.2 else text[:at] + " " * chance.randint(1, 3) + text[at:]
            case 4:
                text = text.replace(chance.choice(text.split() or ["x"]), chance.choice(WORDS), 1)
    return text


def broken_bytes(chance: Random, text: str) -> bytes:
    """Answer a text as bytes that may be of any encoding, with a mark that may lie, or with bytes that are none."""
    encoded = text.encode(chance.choice(ENCODINGS), "replace")
    if chance.random() < 0.5:
        encoded = chance.choice(MARKS) + encoded
    if chance.random() < 0.5:
        at = chance.randint(0, len(encoded))
        encoded = encoded[:at] + chance.randbytes(chance.randint(1, 8)) + encoded[at + chance.randint(0, 3) :]
    return encoded if chance.random() < 0.9 else chance.randbytes(chance.randint(0, 200))
