"""From a request to its answer: who asks what, the fault plan, the policy, the handler or moto, the call log."""

import re
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.local import models, moto_needs, shapes, wire
from reconciler.local.calls import AwsError, Call, Members, Needed, Place, Principal, Service
from reconciler.local.fallthrough import Fallthrough
from reconciler.local.faults import CallLog, FaultPlan, refusal, throttled
from reconciler.local.iam import role_of_session
from reconciler.local.rate_limits import RateLimits
from reconciler.local.sts import principal_of
from reconciler.local.wire import Answer, Request, Target
from reconciler.local.world import World

_SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_READS = re.compile(r"(Describe|List|Get|Head|BatchGet|Filter|Test)")
_SERVER_ERROR = 500
_NOT_IMPLEMENTED = 501


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """Something that is no documented answer of AWS: an exception, an operation that nobody implements."""

    call: str
    message: str
    details: str = ""

    def __str__(self) -> str:
        return f"{self.call}: {self.message}" + (f"\n{self.details}" if self.details else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Instead of an answer: the connection is cut. `kill` names a process to kill first (0: the caller)."""

    kill: int | None = None


class Dispatcher:
    """Answers requests one at a time; whoever calls it holds the server's lock."""

    def __init__(self, world: World, moto: Fallthrough, limits: RateLimits) -> None:
        self.world = world
        self.moto = moto
        self.limits = limits
        self.faults = FaultPlan()
        self.calls = CallLog()
        self.crashes: list[Crash] = []
        self.changes = 0
        """How many calls may have changed something: what the state file is saved by."""
        self._asking: Call | None = None
        world.invoker = self.invoke

    def reset(self) -> None:
        """Forget the world, the plan and the log."""
        self.world.reset()
        self.moto.reset()
        self.limits.reset()
        self.faults.clear()
        self.calls.clear()
        self.world.policies.clear()
        self.crashes.clear()
        self.changes += 1

    # -- calls over HTTP --------------------------------------------------------------------------------------------

    def handle(self, request: Request) -> Answer | Dropped:
        """The answer to a request. An exception that is no AwsError leaves it and is `crashed`."""
        self._asking = None
        self.world.run_due()
        service, place, access_key = self._signature(request)
        protocol = wire.models_protocol(service)
        request_id = self.world.request_id()
        try:
            asked = wire.target(request, service)
            protocol = asked.protocol
            principal = principal_of(self.world, access_key)
            place = Place(principal.account, place.region)
            call = self._call(request, asked, place, principal)
        except AwsError as error:
            return wire.failure(protocol, error, request_id)
        self._asking = call
        return self._perform(request, asked, call, request_id)

    def _signature(self, request: Request) -> tuple[str, Place, str | None]:
        """Service, place and access key out of the request's signature, which is believed, not checked."""
        home = self.world.home
        scope = _SCOPE.search(request.headers.get("authorization", ""))
        if scope is None:
            # The one call our clients do not sign.
            return "sts", home, None
        service = models.SIGNING_NAMES.get(scope[3], scope[3])
        return service, Place(home.account, scope[2]), scope[1]

    def _call(self, request: Request, asked: Target, place: Place, principal: Principal) -> Call:
        service = self.world.services.get(asked.service)
        members: Members = {}
        operation = models.operation_model(asked.service, asked.operation)
        known = service is not None and asked.operation in service.operations
        if operation is not None and (known or moto_needs.names_something(asked)):
            members = wire.read(request, asked, operation)
        return Call(
            world=self.world,
            service=asked.service,
            operation=asked.operation,
            members=members,
            place=place,
            principal=principal,
            faults=self.faults.meeting(asked.service, asked.operation, members),
            headers=request.headers,
        )

    def _perform(self, request: Request, asked: Target, call: Call, request_id: str) -> Answer | Dropped:
        """Handle a call with the plan's effects before and after it."""
        for fault in call.faults:
            if fault.effect == "run_before" and fault.action is not None:
                fault.action()
        before = _cut(call, "before")
        if before is not None:
            self.calls.add(call, "dropped")
            return before
        refused = refusal(call)
        if refused is None and self.limits.refuses(call):
            refused = throttled(call)
        if refused is not None:
            self.calls.add(call, refused.code)
            return wire.failure(asked.protocol, refused, request_id)
        answer, outcome = self._answer(request, asked, call, request_id)
        for fault in call.faults:
            if fault.effect == "extra":
                answer = wire.with_members(answer, fault.members)
        after = _cut(call, "after")
        self.calls.add(call, "dropped" if after is not None else outcome)
        for fault in call.faults:
            if fault.effect == "slow":
                self.world.advance(fault.seconds)
            elif fault.effect == "run_after" and fault.action is not None:
                fault.action()
        return after if after is not None else answer

    def _answer(self, request: Request, asked: Target, call: Call, request_id: str) -> tuple[Answer, str]:
        service = self.world.services.get(asked.service)
        if _READS.match(asked.operation) is None:
            self.changes += 1
        try:
            handler = service.operations.get(asked.operation) if service is not None else None
            if service is None or (handler is None and service.rest_from_moto):
                return self._from_moto(request, asked, call)
            operation = models.operation_model(asked.service, asked.operation)
            if handler is None or operation is None:
                return self._unknown(asked, call, request_id)
            self._permit(service, call)
            _refuse(service, operation.input_shape, call.members)
            return wire.success(asked, operation, handler(call), request_id), "ok"
        except AwsError as error:
            return wire.failure(asked.protocol, error, request_id), error.code

    def _permit(self, service: Service | None, call: Call) -> None:
        describe = service.needs if service is not None and not service.rest_from_moto else moto_needs.of
        needs = list(describe(call)) if describe is not None else []
        own = call.action
        if not any(needed.action == own for needed in needs):
            needs.insert(0, Needed(own))
        refused = self.world.policies.check(call, needs)
        if refused is not None:
            raise refused

    def _from_moto(self, request: Request, asked: Target, call: Call) -> tuple[Answer, str]:
        self._permit(None, call)
        answer = self.moto.handle(request, asked.operation, call.place)
        if answer.status >= _SERVER_ERROR:
            text = answer.body.decode(errors="replace")[:2000]
            self.crashes.append(Crash(call=f"{call.service}:{call.operation}", message="moto failed", details=text))
        return answer, "ok" if answer.status < 400 else str(answer.status)

    def _unknown(self, asked: Target, call: Call, request_id: str) -> tuple[Answer, str]:
        name = f"{call.service}:{call.operation}"
        message = f"the embedded AWS does not implement {name}"
        self.crashes.append(Crash(call=name, message=message))
        # 501, not 500: SDKs repeat a 500.
        error = AwsError("NotImplemented", message, _NOT_IMPLEMENTED)
        return wire.failure(asked.protocol, error, request_id), "crash"

    def crashed(self, error: BaseException) -> Answer:
        """Remember an exception that left `handle`; what the client is told of it."""
        call = self._asking
        name = f"{call.service}:{call.operation}" if call is not None else "a request"
        details = "".join(traceback.format_exception(error))
        self.crashes.append(Crash(call=name, message=f"{type(error).__name__}: {error}", details=details))
        if call is not None:
            self.calls.add(call, "crash")
        protocol = wire.models_protocol(call.service) if call is not None else wire.JSON
        told = AwsError("EmbeddedAwsCrash", f"the embedded AWS crashed in {name}: {error!r}", _SERVER_ERROR)
        return wire.failure(protocol, told, "crash")

    def date(self) -> str:
        """The Date header: the virtual time (RFC 9110 section 5.6.7)."""
        return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(self.world.now()))

    # -- calls from the inside --------------------------------------------------------------------------------------

    def invoke(
        self, service: str, operation: str, members: Mapping[str, Any], place: Place, principal: Principal
    ) -> dict[str, Any]:
        """Call an operation from the inside (see `World.invoke`); a role that was given a policy is held to it."""
        own = self.world.services.get(service)
        if own is None or (own.rest_from_moto and operation not in own.operations):
            call = self._inside(service, operation, dict(members), place, principal)
            self._permit_role(None, call)
            return self.moto.invoke(service, operation, members, place, principal)
        model = models.operation_model(service, operation)
        if model is None or operation not in own.operations:
            raise AwsError("UnknownOperationException", f"{service} has no operation {operation}")
        parsed = (
            shapes.parse(model.input_shape, dict(members), names=shapes.member_names)
            if model.input_shape is not None
            else {}
        )
        _refuse(own, model.input_shape, parsed)
        call = self._inside(service, operation, parsed, place, principal)
        self._permit_role(own, call)
        return dict(own.operations[operation](call))

    def _inside(self, service: str, operation: str, members: Members, place: Place, principal: Principal) -> Call:
        return Call(
            world=self.world, service=service, operation=operation, members=members, place=place, principal=principal
        )

    def _permit_role(self, service: Service | None, call: Call) -> None:
        if self.world.policies.know(role_of_session(call.principal.arn)):
            self._permit(service, call)


def _refuse(service: Service, shape: shapes.Shape, members: Members) -> None:
    if service.constraint_error is not None:
        shapes.refuse_broken_constraints(service.constraint_error, shape, members, service.open_enums)


def _cut(call: Call, moment: str) -> Dropped | None:
    for fault in call.faults:
        if fault.effect == f"drop_{moment}":
            return Dropped()
        if fault.effect == f"kill_{moment}":
            return Dropped(kill=fault.pid or 0)
    return None
