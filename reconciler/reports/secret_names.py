"""Which names give away that their value is a secret."""

import re

#: Whole words at any place of a name, in any of the usual spellings (DB_PASSWORD, apiKey, x-auth-token). The name of
#: the service, as in `secretsmanager:DescribeSecret` and in ARNs, hides nothing.
_SECRET = re.compile(
    r"passw(or)?d|passphrase|passcode|secret(?!smanager$)|token|credential|bearer|authorization|cookie"
    r"|(api|access|private|signing|encryption|session|account|storage|master)[-_. ]?key"
    r"|connection[-_. ]?string"
    r"|(^|[-_. ])(pass|pwd|auth|dsn|pat|pin)($|[-_. ])",
    re.IGNORECASE,
)


def looks_secret(name: str) -> bool:
    """Whether a value that goes by `name` (a variable, an option, a flag without its dashes) is likely a secret."""
    return _SECRET.search(name) is not None
