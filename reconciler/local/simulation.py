"""IAM's policy simulator, over the policies that principals were given here; moto answers the rest of IAM.

Source: IAM API reference, SimulatePrincipalPolicy: one result for each action and resource, a hundred an answer where
no other number is asked for; without resources `*`, which an Allow that is narrowed to some does not cover.
"""

from collections.abc import Mapping
from typing import Any, Final

from reconciler.local import policy
from reconciler.local.calls import Call, Service

_PAGE: Final = 100
_DECISIONS: Final = {True: "allowed", False: "explicitDeny", None: "implicitDeny"}


def simulate_principal_policy(call: Call) -> Mapping[str, Any]:
    """Whether a principal may do what, by its policies; everybody without a policy may do everything."""
    keys = {
        entry["ContextKeyName"].lower(): list(entry["ContextKeyValues"]) for entry in call.get("ContextEntries", ())
    }
    found = call.world.policies.of(call.members["PolicySourceArn"], call.place.account)
    results = []
    for action in call.members["ActionNames"]:
        for resource in call.get("ResourceArns", ["*"]):
            answer = True if found is None else policy.decision(found, action, resource, keys)
            results.append({"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": _DECISIONS[answer]})
    page, marker = call.page(results, size=call.get("MaxItems", _PAGE), token=call.get("Marker"))
    return {"EvaluationResults": page, "IsTruncated": marker is not None, "Marker": marker}


SERVICE = Service(name="iam", operations={"SimulatePrincipalPolicy": simulate_principal_policy}, rest_from_moto=True)
