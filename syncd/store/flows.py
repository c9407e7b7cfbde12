"""The store's half of `ports.access` for sign-ins that are under way at a provider."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert

from syncd.core.sessions import ProviderFlow
from syncd.store.console_tables import oidc_flows
from syncd.store.moments import decode_moment, encode_moment


class FlowUnitQueries:
    """Implements the flows of `ports.access.AccessUnit` over a unit's connection."""

    _connection: Connection

    def add_flow(self, flow: ProviderFlow) -> None:
        """Add a flow."""
        values = {
            "state_hash": flow.state_hash,
            "nonce": flow.nonce,
            "verifier": flow.verifier,
            "target": flow.target,
            "created_at": encode_moment(flow.created_at),
        }
        self._connection.execute(insert(oidc_flows).values(values))

    def take_flow(self, state_hash: str) -> ProviderFlow | None:
        """Return a flow and remove it, so that nobody can take it a second time."""
        theirs = oidc_flows.c.state_hash == state_hash
        taken = delete(oidc_flows).where(theirs).returning(*oidc_flows.c)
        row = self._connection.execute(taken).mappings().first()
        if row is None:
            return None
        return ProviderFlow(
            state_hash=row["state_hash"],
            nonce=row["nonce"],
            verifier=row["verifier"],
            target=row["target"],
            created_at=decode_moment(row["created_at"]),
        )

    def forget_flows(self, before: datetime) -> None:
        """Remove flows that were begun before a moment and never finished."""
        old = oidc_flows.c.created_at < encode_moment(before)
        self._connection.execute(delete(oidc_flows).where(old))
