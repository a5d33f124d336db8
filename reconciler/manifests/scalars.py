"""What an unquoted YAML word means: the YAML 1.2 core schema (yaml.org, section 10.3.2), with one caution.

Words of YAML 1.1 (`no`, `on`, `12:30`, dates) are text. So is a number with leading zeros (`0777`, an account id): the
core schema would read a decimal number and lose the zeros, which nobody who writes them wants.
"""

import re
from typing import Any, Self

_WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
    ".inf": float("inf"), ".Inf": float("inf"), ".INF": float("inf"),
    "+.inf": float("inf"), "+.Inf": float("inf"), "+.INF": float("inf"),
    "-.inf": float("-inf"), "-.Inf": float("-inf"), "-.INF": float("-inf"),
}  # fmt: skip
_FIRST = frozenset("-+.0123456789~nNtTfF")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
#: Longer digits are text: Python refuses to convert them (its limit is 4300), and nothing counts so far.
_MOST_DIGITS = 1000


class WrittenInt(int):
    """An integer that was not written in its plain form; as text it is what the author wrote (`0x1F`, `+5`)."""

    written: str

    def __new__(cls, value: int, written: str = "") -> Self:
        """Make the number `value` that was written as `written`."""
        number = super().__new__(cls, value)
        number.written = written or int.__repr__(value)
        return number

    def __str__(self) -> str:
        return self.written


class WrittenFloat(float):
    """A number that was not written as Python would write it; as text it is what the author wrote (`1.10`, `1e3`)."""

    written: str

    def __new__(cls, value: float, written: str = "") -> Self:
        """Make the number `value` that was written as `written`."""
        number = super().__new__(cls, value)
        number.written = written or float.__repr__(value)
        return number

    def __str__(self) -> str:
        return self.written


def resolve(word: str) -> Any:
    """Answer the null, boolean, number or text that an unquoted word stands for."""
    if word in _WORDS:
        value = _WORDS[word]
        return WrittenFloat(value, word) if isinstance(value, float) else value
    if word[0] not in _FIRST or len(word) > _MOST_DIGITS:
        return word
    if _DECIMAL.match(word):
        return _integer(int(word), word)
    if _OCTAL.match(word):
        return _integer(int(word, 0), word)
    if _HEXADECIMAL.match(word):
        return _integer(int(word, 0), word)
    if _FLOAT.match(word):
        return _float(float(word), word)
    return word


def _integer(value: int, word: str) -> int:
    return value if str(value) == word else WrittenInt(value, word)


def _float(value: float, word: str) -> float:
    return value if str(value) == word else WrittenFloat(value, word)
