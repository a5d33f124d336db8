"""What is left in a template for somebody to fill in, and how that is done here."""

import re

_LEFT = re.compile(r"\{\{|\$\{|\$[A-Z_]{2,}|<[^>]*>|\$\$\$")
_ROLE = re.compile(r"arn:[a-z-]*:iam::(?![0-9]{12}:)[^:]*:")


def placeholder_hint(text: str) -> str:
    """Answer what to do about an image or a role that still holds a placeholder; nothing where none is seen."""
    if _LEFT.search(text):
        return "a variable is written ${{ NAME }}"
    return "an account's id has twelve digits" if _ROLE.match(text) else ""
