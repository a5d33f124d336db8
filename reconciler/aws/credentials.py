"""Where credentials come from: botocore's own search, or a given mapping that shuts everything else out."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from reconciler.aws import error_text
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from botocore.loaders import Loader
    from botocore.session import Session

_SESSION_NAME: Final = "reconciler"
#: What AWS says of keys that it has never known, or of signatures by a wrong one.
NOT_RECOGNISED: Final = frozenset(
    {
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)


def base_session(profile: str | None, environment: Mapping[str, str] | None) -> "Session":
    """Make the session of the caller's own credentials.

    With `environment`, its AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN are the credentials, and
    neither the process's environment nor any file of the user is read.
    """
    from botocore.configprovider import ConstantProvider
    from botocore.session import Session

    session = Session(profile=profile if environment is None else None)
    if environment is None:
        return _with_models(session)
    store = session.get_component("config_store")
    for variable in ("profile", "config_file", "credentials_file"):
        store.set_config_provider(variable, ConstantProvider(None))
    access_key, secret_key = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if not access_key or not secret_key:
        raise UsageError(
            "AWS credentials — AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set",
            hint=error_text.NO_CREDENTIALS_HINT,
        )
    session.set_credentials(access_key, secret_key, environment.get("AWS_SESSION_TOKEN"))
    return _with_models(session)


def _with_models(session: "Session") -> "Session":
    """Answer the session with the models that others have loaded; where they are is looked up as all settings are."""
    session.register_component("data_loader", _models(session.get_config_variable("data_path")))
    return session


@cache
def _models(data_path: str | None) -> "Loader":
    """Answer AWS's service models, which are read and parsed once: a loop makes a session after each that expired."""
    from botocore.loaders import create_loader

    return create_loader(data_path)


def assumed_session(
    base: "Session",
    role_arn: str,
    external_id: str | None,
    assume: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    now: Callable[[], datetime],
) -> "Session":
    """Make a session that acts as `role_arn`; `assume` sends AssumeRole, now and whenever the credentials run out.

    Nothing is sent before the first call that needs the credentials. `now` is AWS's time: by the host's, wrong as it
    may be, credentials could seem to have expired before they were given.
    """
    from botocore.credentials import CredentialProvider, CredentialResolver, DeferredRefreshableCredentials
    from botocore.session import Session

    request = {"RoleArn": role_arn, "RoleSessionName": _SESSION_NAME}
    if external_id is not None:
        request["ExternalId"] = external_id

    def refresh() -> dict[str, str]:
        given = assume(request)["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    class AssumedRole(CredentialProvider):
        METHOD = "reconciler-assume-role"

        def load(self) -> DeferredRefreshableCredentials:
            return DeferredRefreshableCredentials(refresh_using=refresh, method=self.METHOD, time_fetcher=now)

    session = Session(profile=base.profile)
    for shared in ("config_store", "data_loader"):  # so that what is shut out of one is shut out of the other
        session.register_component(shared, base.get_component(shared))
    session.register_component("credential_provider", CredentialResolver([AssumedRole()]))
    return session


def resolve_region(session: "Session", environment: Mapping[str, str] | None) -> str:
    """Answer the region that the environment or the profile names; AWS_REGION wins, as in AWS's other tools.

    Raises UsageError where there is none.
    """
    variables = os.environ if environment is None else environment
    named = variables.get("AWS_REGION") or variables.get("AWS_DEFAULT_REGION")
    if named is None and environment is None:
        named = session.get_config_variable("region")
    if not named:
        raise UsageError("region: none is set", hint=error_text.REGION_HINT)
    return str(named)


def check_region(session: "Session", region: str) -> None:
    """Raise UsageError where `region` does not even look like one of AWS's."""
    from botocore.exceptions import UnknownRegionError

    try:
        session.get_partition_for_region(region)
    except UnknownRegionError:
        message = f'region: expected one of AWS\'s, got "{region}"'
        raise UsageError(message, hint=region_hint(session, region)) from None


def partition(session: "Session", region: str) -> str:
    """Answer the partition that a region belongs to; `aws` for one that only a given endpoint knows."""
    from botocore.exceptions import UnknownRegionError

    try:
        return str(session.get_partition_for_region(region))
    except UnknownRegionError:
        return "aws"


def region_hint(session: "Session", region: str) -> str:
    """Say which region may have been meant, or how to name another."""
    import difflib

    known = [
        name
        for partition in session.get_available_partitions()
        for name in session.get_available_regions("ecs", partition)
    ]
    close = difflib.get_close_matches(region, known, n=1)
    return f"did you mean {close[0]}?" if close and region not in known else error_text.REGION_HINT


def is_same_role(caller_arn: str, role_arn: str) -> bool:
    """Whether the caller (`arn:aws:sts::111:assumed-role/name/session`) acts as `role_arn` already.

    A role's name is unique in its account whatever its path, which the caller's ARN does not tell.
    """
    caller, role = caller_arn.split(":", 5), role_arn.split(":", 5)
    if len(caller) < 6 or len(role) < 6 or caller[4] != role[4]:
        return False
    kind, _, rest = caller[5].partition("/")
    return kind == "assumed-role" and rest.split("/")[0] == role[5].rpartition("/")[2]
