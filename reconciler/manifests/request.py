"""What the caller knows and the manifests do not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRequest:
    """One reading of a directory: the environment to choose (None: the default one) and where variables come from.

    `variables` are `--var`, `variable_files` `--var-file`; `account`, `region` and `commit` are what the caller found
    out by itself, for the built-in variables, and None where it did not look. Settings win over `account` and `region`;
    `chosen_region`, `--region`, wins over Settings. `cache` is the user's cache directory, below which readings are
    remembered; without one, nothing is.
    """

    environment: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    variable_files: tuple[Path, ...] = ()
    os_environment: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None
    region: str | None = None
    chosen_region: str | None = None
    commit: str | None = None
    cache: Path | None = None
