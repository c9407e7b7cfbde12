"""`/syncs` and `/orders`: push orders, ask for a run, follow it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from syncd.core.access import Permission
from syncd.errors import NoSuchCase
from syncd.flow.push import push_orders
from syncd.flow.syncs import ask_for_sync
from syncd.ports.syncs import RequestedSync
from syncd.web.api.answers import tagged
from syncd.web.api.models import OrdersIn, OrdersOut, SyncOut
from syncd.web.events import stream
from syncd.web.gate import api_door, desk_of
from syncd.web.visitor import Visitor

router = APIRouter(tags=["syncs"])


@router.post("/syncs", status_code=202, response_model=SyncOut)
def ask(
    request: Request,
    visitor: Annotated[Visitor, api_door(Permission.START_SYNC)],
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Ask for a run now; with the same Idempotency-Key again, the first one is answered."""
    asked = ask_for_sync(desk_of(request).opened.site, visitor.own, key=idempotency_key)
    body = SyncOut.of(asked).model_dump_json().encode()
    where = f"{request.scope['root_path']}/syncs/{asked.sync_id}"
    return Response(body, HTTPStatus.ACCEPTED, {"Location": where}, media_type="application/json")


@router.get("/syncs/{sync_id}", response_model=SyncOut)
def show(
    request: Request, sync_id: str, visitor: Annotated[Visitor, api_door(Permission.START_SYNC)]
) -> Response:
    """Show where a requested run stands."""
    return tagged(request, SyncOut.of(_found(request, visitor, sync_id)))


@router.get(
    "/syncs/{sync_id}/events",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}, "description": "server-sent events"}},
)
def follow(
    request: Request, sync_id: str, visitor: Annotated[Visitor, api_door(Permission.START_SYNC)]
) -> Response:
    """Stream the progress; `Last-Event-ID` goes on where a client left off."""
    _found(request, visitor, sync_id)
    return stream(request, visitor, sync_id)


def _found(request: Request, visitor: Visitor, sync_id: str) -> RequestedSync:
    with desk_of(request).opened.site.store.begin() as unit:
        row = unit.sync(sync_id)
    if row is None:
        raise NoSuchCase(
            f"there is no requested run {sync_id} that {visitor.account} may see.",
            ja=f"{visitor.account} が見られる突合に {sync_id} はありません。",
        )
    return row


@router.post("/orders", status_code=201, response_model=OrdersOut)
def take_orders(
    request: Request,
    wanted: OrdersIn,
    visitor: Annotated[Visitor, api_door(Permission.BRING_ORDERS)],
) -> OrdersOut:
    """Record orders as facts, all or none; the next run decides on them."""
    opened = desk_of(request).opened
    width = opened.settings.model.organization.staff_number_width
    orders = [order.model_dump(mode="json", exclude_none=True) for order in wanted.orders]
    taken = push_orders(opened.site, visitor.own, orders, wanted.expected, width)
    return OrdersOut(recorded=taken)
