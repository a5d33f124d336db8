"""What a YAML parser's complaint means in plain words, and what usually helps."""

import re
from collections.abc import Sequence

#: Part of libyaml's sentence → what is wrong, what helps. The pure Python parser of PyYAML uses the same sentences.
_PLAIN_WORDS = (
    (
        "mapping values are not allowed",
        'unexpected ":"',
        'one key a line, all keys of a mapping at the same indentation; quote a value that holds ": "',
    ),
    (
        "did not find expected key",
        "expected a key at this indentation",
        "keys of one mapping stand in one column; quote a value that begins with a quote, a bracket or a brace",
    ),
    ("could not find expected ':'", 'expected ":" after the key', "write `key: value`, with a space after the colon"),
    ("did not find expected ',' or '}'", 'expected "," or "}"', "close the { … }, or quote what stands in it"),
    ("did not find expected ',' or ']'", 'expected "," or "]"', "close the [ … ], or quote what stands in it"),
    ("did not find expected '-' indicator", 'expected "- "', "items of one list stand in one column"),
    ("block sequence entries are not allowed", 'unexpected "-"', "begin a list on its own line, below its key"),
    ("block mapping entries are not allowed", "unexpected mapping", "begin a mapping on its own line, below its key"),
    ("found a tab character", "a tab may not indent YAML", "use spaces"),
    ("found unexpected end of stream", "the quoted text is not closed", "add the closing quote"),
    ("found unexpected document indicator", "the quoted text is not closed", "add the closing quote"),
    (
        "found unknown escape character",
        "unknown escape in double quotes",
        "write \\\\ for a backslash, or use single quotes",
    ),
    ("found invalid Unicode character escape", "the escape is no Unicode character", "write the character itself"),
    (
        "while scanning an alias",
        'a value may not begin with "*"',
        "quote it (a cron expression needs quotes); only an alias begins so",
    ),
    ("while scanning an anchor", 'a value may not begin with "&"', "quote it; only an anchor begins so"),
    ("did not find expected node content", "expected a value", "add the value, or write null"),
    ("did not find expected <document start>", 'expected "---"', 'separate documents with a line "---"'),
    ("found incompatible YAML document", "this version of YAML is not supported", "remove the %YAML line"),
    ("exceeded maximum", "nested too deeply", ""),
)
_UNUSABLE = {
    "\t": ("a tab may not indent YAML", "use spaces"),
    "@": ('a value may not begin with "@"', "quote it"),
    "`": ('a value may not begin with "`"', "quote it"),
    "%": ('a value may not begin with "%"', "quote it"),
}


def explain(sentence: str, character: str) -> tuple[str, str]:
    """Answer message and hint for a parser's `sentence` about the `character` it stopped at."""
    if "cannot start any token" in sentence and character in _UNUSABLE:
        return _UNUSABLE[character]
    if "expected <document start>" in sentence and character in {"}", "]", ","}:
        return f'unexpected "{character}"', "all is closed before it: one brace too many, or one missing further up"
    for part, message, hint in _PLAIN_WORDS:
        if part in sentence:
            return message, hint
    return f"not valid YAML: {sentence}", ""


#: Spaces that are none to YAML, and what no editor shows.
_UNSEEN = re.compile("[\u00a0\u2000-\u200f\u202f\u2060\u3000\ufeff]")


def unseen(lines: Sequence[str], line: int) -> tuple[int, int, str] | None:
    """Answer line, column and a message where what nobody sees stands on a line (from 1) or the one before it."""
    for number in (line, line - 1):
        found = _UNSEEN.search(lines[number - 1]) if 1 <= number <= len(lines) else None
        if found is not None:
            return number, found.start() + 1, f"the character U+{ord(found.group()):04X} is no space to YAML"
    return None


_EXPRESSION = re.compile(r"\$\{\{[^\n]*?\}\}")


def unquoted_expression(line: str, column: int) -> tuple[int, str] | None:
    """Answer column and text of the `${{ … }}` whose first brace is at `column` (from 1), if one is."""
    start = column - 2
    if start < 0:
        return None
    found = _EXPRESSION.match(line, start)
    return (start + 1, found.group()) if found else None
