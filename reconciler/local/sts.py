"""STS: who am I, and roles to become. Any role may be assumed by anybody; trust policies are not evaluated.

A 12-digit access key is that account's; the keys that AssumeRole gives belong to the role's account. Other keys belong
to the account that the embedded AWS was started for.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from reconciler.local.calls import AwsError, Call, Needed, Place, Principal, Service

if TYPE_CHECKING:
    from reconciler.local.world import World

_SESSIONS = Place("all", "all")
_DEFAULT_DURATION = 3600


def principal_of(world: "World", access_key: str | None) -> Principal:
    """Whose access key that is; a session that is over is told so. Raises AwsError(ExpiredTokenException)."""
    if access_key is None:
        return Principal(world.home.account, "anonymous", "")
    session = world.store("sts", _SESSIONS).get(access_key)
    if session is not None:
        if world.now() >= session["expires"]:
            raise AwsError("ExpiredTokenException", "The security token included in the request is expired", 403)
        return Principal(session["account"], session["arn"], access_key)
    account = access_key if len(access_key) == 12 and access_key.isdigit() else world.home.account
    return Principal(account, f"arn:{world.home.partition}:iam::{account}:user/local", access_key)


def get_caller_identity(call: Call) -> Mapping[str, Any]:
    """The account and ARN of the caller."""
    return {"Account": call.principal.account, "Arn": call.principal.arn, "UserId": call.principal.access_key}


def assume_role(call: Call) -> Mapping[str, Any]:
    """Keys of a session in the role's account. The ARN must be a role's."""
    world = call.world
    arn = call.get("RoleArn", "")
    words = arn.split(":", 5)
    if len(words) != 6 or words[2] != "iam" or not words[5].startswith("role/"):
        raise AwsError("ValidationError", f"{arn} is invalid")
    account = words[4]
    name = words[5].rpartition("/")[2]
    key = "ASIA" + world.hex_id(16).upper()
    session = f"arn:{words[1]}:sts::{account}:assumed-role/{name}/{call.get('RoleSessionName')}"
    expires = world.now() + call.get("DurationSeconds", _DEFAULT_DURATION)
    world.store("sts", _SESSIONS)[key] = {"account": account, "arn": session, "expires": expires}
    return {
        "Credentials": {
            "AccessKeyId": key,
            "SecretAccessKey": world.hex_id(40),
            "SessionToken": world.hex_id(64),
            "Expiration": expires,
        },
        "AssumedRoleUser": {
            "AssumedRoleId": f"AROA{world.hex_id(16).upper()}:{call.get('RoleSessionName')}",
            "Arn": session,
        },
    }


def _needs(call: Call) -> Iterable[Needed]:
    """Permission on the role that is assumed."""
    if call.get("RoleArn") is not None:
        keys = {"sts:ExternalId": [call.get("ExternalId")]} if call.get("ExternalId") is not None else {}
        yield Needed(f"sts:{call.operation}", call.get("RoleArn"), keys)


SERVICE = Service(
    name="sts",
    operations={
        "GetCallerIdentity": get_caller_identity,
        "AssumeRole": assume_role,
        "AssumeRoleWithWebIdentity": assume_role,
    },
    constraint_error="ValidationError",
    needs=_needs,
)
