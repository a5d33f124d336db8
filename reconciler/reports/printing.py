"""Text made harmless for a terminal and for the eye."""

import unicodedata

#: Control and format characters (escape sequences, changes of direction), line and paragraph separators, surrogates.
_HARMFUL = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


def printable(text: str) -> str:
    """Answer `text` with characters that act instead of showing as backslash escapes; line ends stay."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\n" or unicodedata.category(character) not in _HARMFUL:
        return character
    return character.encode("unicode_escape").decode("ascii")
