"""Variables of the OS environment that no manifest may read: the credentials that a pipeline works with.

A manifest of a pull request would otherwise put them into an image's name, and so into a plan that everybody reads.
What is to be used on purpose goes by another name, or by `--var`.
"""

import re
from collections.abc import Mapping
from typing import Final

#: AWS's SDKs; GitHub Actions (`ACTIONS_ID_TOKEN_REQUEST_TOKEN` …) and its command line; GitLab.
_NAMES: Final = re.compile(
    r"AWS_(SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN|CONTAINER_AUTHORIZATION_TOKEN|BEARER_TOKEN_\w+)"
    r"|GITHUB_TOKEN|GH_TOKEN|GH_ENTERPRISE_TOKEN|GITHUB_ENTERPRISE_TOKEN|ACTIONS_\w*TOKEN"
    r"|GITLAB_TOKEN|CI_JOB_TOKEN|CI_JOB_JWT(_V\d)?|CI_(REGISTRY|DEPLOY|DEPENDENCY_PROXY)_PASSWORD|CI_REPOSITORY_URL"
)


def is_withheld(name: str) -> bool:
    """Whether the OS environment's variable of that name is kept from manifests."""
    return _NAMES.fullmatch(name) is not None


def offered(environment: Mapping[str, str]) -> dict[str, str]:
    """Answer the variables of the OS environment that manifests may read."""
    return {name: value for name, value in environment.items() if not is_withheld(name)}
