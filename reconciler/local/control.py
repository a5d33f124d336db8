"""The control endpoints under `/_local/`: JSON in, JSON out. Everything else speaks AWS.

| endpoint                        | what it does                                                                      |
|---------------------------------|-----------------------------------------------------------------------------------|
| GET  /_local/health             | `{"account", "region", "now", "crashes": n}`                                       |
| POST /_local/advance            | `{"seconds": 60}`: the virtual time moves on; answers `{"now"}`                    |
| GET  /_local/calls              | counts by call and the newest records                                             |
| GET  /_local/crashes            | what was no documented answer of AWS                                              |
| POST /_local/faults             | one fault (see `faults`), without `action`                                        |
| DELETE /_local/faults           | drops the plan                                                                    |
| POST /_local/policies           | `{"principal": arn, "documents": [{"Statement": […]}, …]}` (see `iam`)             |
| POST /_local/prepare            | `{"account", "region", "clusters": […]}`: see `furnish.prepare`                    |
| POST /_local/reset              | forgets everything                                                                |
| POST /_local/<service>/<name>   | a service's own (`ecs/outcome`): body `{"account"?, "region"?, …}`                |
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from reconciler.local import furnish
from reconciler.local.calls import Place
from reconciler.local.wire import Answer, Request

if TYPE_CHECKING:
    from reconciler.local.dispatch import Dispatcher

_NEWEST = 1000


def handle(dispatcher: "Dispatcher", request: Request) -> Answer:
    """The answer to a control request; 400 with one line of text on a bad one, 404 on an unknown one."""
    try:
        given = json.loads(request.body) if request.body else {}
        told = _told(dispatcher, request.method, request.path.removeprefix("/_local/"), dict(given))
    except (ValueError, TypeError, KeyError) as error:
        return Answer(status=400, body=f"{request.path}: {error}\n".encode())
    if told is None:
        return Answer(status=404, body=f"{request.path}: no such control endpoint\n".encode())
    return Answer(headers={"Content-Type": "application/json"}, body=json.dumps(told).encode())


def _told(dispatcher: "Dispatcher", method: str, name: str, given: dict[str, Any]) -> Mapping[str, Any] | None:
    world = dispatcher.world
    match method, name:
        case "GET", "health":
            crashes = len(dispatcher.crashes)
            return {"account": world.home.account, "region": world.home.region, "now": world.now(), "crashes": crashes}
        case "POST", "advance":
            world.advance(float(given["seconds"]))
            dispatcher.changes += 1
            return {"now": world.now()}
        case "GET", "calls":
            records = [asdict(record) for record in dispatcher.calls.named("*")[-_NEWEST:]]
            return {"counts": dispatcher.calls.counts(), "calls": records}
        case "GET", "crashes":
            return {"crashes": [asdict(crash) for crash in dispatcher.crashes]}
        case "POST", "faults":
            if "action" in given:
                raise ValueError("action: only in process")
            dispatcher.faults.add(given.pop("call"), given.pop("effect"), **given)
            return {}
        case "DELETE", "faults":
            dispatcher.faults.clear()
            return {}
        case "POST", "policies":
            world.policies.put(given["principal"], *given["documents"])
            return {}
        case "POST", "prepare":
            furnish.prepare(world, Place(given["account"], given["region"]), given["clusters"])
            dispatcher.changes += 1
            return {}
        case "POST", "reset":
            dispatcher.reset()
            return {}
        case "POST", _:
            return _of_service(dispatcher, name, given)
    return None


def _of_service(dispatcher: "Dispatcher", name: str, given: dict[str, Any]) -> Mapping[str, Any] | None:
    service_name, _, control = name.partition("/")
    service = dispatcher.world.services.get(service_name)
    if service is None or control not in service.controls:
        return None
    home = dispatcher.world.home
    place = Place(given.pop("account", home.account), given.pop("region", home.region))
    dispatcher.changes += 1
    return service.controls[control](dispatcher.world, place, given)
