"""What is left in a template for somebody to fill in, and how that is done here."""

import re

from reconciler.manifests.schema import hints

_ROLE = re.compile(r"arn:[a-z-]*:iam::(?![0-9]{12}:)[^:]*:")


def placeholder_hint(text: str) -> str:
    """Answer what to do about an image or a role that still holds a placeholder; nothing where none is seen."""
    return hints.variable(text) or ("an account's id has twelve digits" if _ROLE.match(text) else "")
