"""The store's half of `ports.access` for machines' tokens."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from syncd.core.access import Permission
from syncd.core.tokens import Token
from syncd.store.codec import dumps
from syncd.store.console_tables import tokens
from syncd.store.moments import decode_maybe, decode_moment, encode_maybe, encode_moment


class TokenUnitQueries:
    """Implements the tokens of `ports.access.AccessUnit` over a unit's connection."""

    _connection: Connection

    def add_token(self, token: Token) -> None:
        """Add a token."""
        values = {
            "token_id": token.token_id,
            "secret_hash": token.secret_hash,
            "name": token.name,
            "account": token.account,
            "scopes": dumps(sorted(token.scopes)),
            "created_at": encode_moment(token.created_at),
            "created_by": token.created_by,
            "expires_at": encode_moment(token.expires_at),
            "used_at": encode_maybe(token.used_at),
            "ended_at": encode_maybe(token.ended_at),
        }
        self._connection.execute(insert(tokens).values(values))

    def token(self, secret_hash: str) -> Token | None:
        """Return a token by the hash of its secret, ended and expired ones too."""
        query = select(tokens).where(tokens.c.secret_hash == secret_hash)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _token(row)

    def tokens(self) -> tuple[Token, ...]:
        """Return every token, newest first."""
        query = select(tokens).order_by(tokens.c.created_at.desc(), tokens.c.token_id)
        return tuple(_token(row) for row in self._connection.execute(query).mappings())

    def touch_token(self, token_id: str, at: datetime) -> None:
        """Note that a token was used."""
        theirs = tokens.c.token_id == token_id
        self._connection.execute(update(tokens).where(theirs).values(used_at=encode_moment(at)))

    def end_token(self, token_id: str, at: datetime) -> bool:
        """End a token at once; return whether it was there and had not been ended."""
        standing = tokens.c.token_id == token_id, tokens.c.ended_at.is_(None)
        ended = update(tokens).where(*standing).values(ended_at=encode_moment(at))
        return bool(self._connection.execute(ended).rowcount)


def _token(row: RowMapping) -> Token:
    return Token(
        token_id=row["token_id"],
        secret_hash=row["secret_hash"],
        name=row["name"],
        account=row["account"],
        scopes=frozenset(Permission(scope) for scope in json.loads(row["scopes"])),
        created_at=decode_moment(row["created_at"]),
        created_by=row["created_by"],
        expires_at=decode_moment(row["expires_at"]),
        used_at=decode_maybe(row["used_at"]),
        ended_at=decode_maybe(row["ended_at"]),
    )
