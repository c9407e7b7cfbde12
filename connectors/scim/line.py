"""Speaks SCIM 2.0 with one server over `scim2-client`; what goes wrong comes out as one error.

What the server wrote about a fault is never repeated: it may name people. Only its status and its
`scimType` (RFC 7644, section 3.12, a fixed list of words) are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlsplit

import httpx2
from pydantic import ValidationError
from scim2_client import SCIMClientException
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import (
    EnterpriseUser,
    Error,
    Group,
    PatchOp,
    ResourceType,
    ResponseParameters,
    SCIMException,
    ScimPolicy,
    ScimProvider,
    SearchRequest,
    ServiceProviderConfig,
    User,
)

from connectors.scim.faults import NOT_SCIM, answer_error, refusal
from connectors.scim.options import ScimOptions
from connectors.scim.paging import Identified, Page
from connectors.scim.resources import PERSON, Listing
from connectors.shared.bilingual import both
from connectors.shared.credentials import read_secret
from connectors.shared.failures import SetUpError
from connectors.shared.http.answers import AnswerError
from connectors.shared.http.patience import Patience
from connectors.shared.http.transport import open_client
from connectors.shared.tls import verified_context

NOT_FOUND = 404
_ABOUT_A_GROUP = ("displayName", "members", "meta.version")
_TOLERANT = ScimPolicy(unknown=ScimPolicy.Unknown.ignore)
T = TypeVar("T", bound=Identified)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the server says it can do (RFC 7643, section 5)."""

    patch: bool
    etag: bool


class ScimLine:
    """An open line to a server; every method raises AnswerError."""

    def __init__(self, client: SyncSCIMClient, host: str) -> None:
        """Speak over a client that knows where the server is and carries the token."""
        self._client = client
        self.host = host
        self.able = Abilities(patch=True, etag=False)

    def learn(self) -> None:
        """Ask what the server can do; one that does not say is taken to know PATCH and no ETag."""
        try:
            with told():
                self._client.discover(schemas=False, resource_types=False)
        except AnswerError as error:
            if error.status != NOT_FOUND:
                raise
            return
        config = cast("ServiceProviderConfig", self._client.provider.config)
        self.able = Abilities(
            patch=bool(config.patch and config.patch.supported),
            etag=bool(config.etag and config.etag.supported),
        )

    def version_of(self, group: Group) -> str | None:
        """Return the version (ETag) of a group as read; None where the server has none."""
        return group.meta.version if self.able.etag and group.meta else None

    def page(self, listing: Listing[T], start: int, count: int) -> Page[T]:
        """Return one page of users or groups; raises PagesBrokenError too."""
        model: Any = listing.model
        asked = SearchRequest[model].model_validate(
            {"attributes": listing.attributes, "startIndex": start, "count": count}
        )
        with told():
            answer = self._client.query(model, query_parameters=asked, check_response_payload=False)
        return listing.page_of(_check(answer))

    def group(self, group_id: str) -> Group | None:
        """Return one group with its members; None where there is no such group."""
        asked = ResponseParameters[Group].model_validate({"attributes": _ABOUT_A_GROUP})
        try:
            with told():
                return cast("Group", self._client.query(Group, group_id, asked))
        except AnswerError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def patch(
        self, group_id: str, change: PatchOp[Group] | dict[str, Any], version: str | None
    ) -> None:
        """Make one change (RFC 7644, section 3.5.2), if the group is still of that version."""
        with told():
            answer = self._client.modify(
                Group, group_id, change, check_response_payload=False, **_if_match(version)
            )
        _check(answer)

    def whole_group(self, group_id: str) -> dict[str, Any] | None:
        """Return a group with every attribute as the server wrote it; None where there is none."""
        try:
            with told():
                answer = self._client.query(Group, group_id, check_response_payload=False)
            return _check(answer)
        except AnswerError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def put(self, group_id: str, content: dict[str, Any], version: str | None) -> None:
        """Replace a group whole (RFC 7644, section 3.5.1), if it is still of that version."""
        with told():
            answer = self._client.replace(
                content,
                check_request_payload=False,
                check_response_payload=False,
                url=f"/Groups/{quote(group_id, safe='')}",
                **_if_match(version),
            )
        _check(answer)


@contextmanager
def opened(
    options: ScimOptions, base_dir: Path, token: tuple[Path | None, str], patience: Patience
) -> Iterator[ScimLine]:
    """Open a line with a token (its file, or its variable); raises AnswerError."""
    with told():
        secret = _checked_token(read_secret(base_dir, *token))
        context = verified_context(base_dir, options.ca_file)
        http = open_client(options.url.rstrip("/"), options, context, patience)
    with http:
        http.headers["authorization"] = f"Bearer {secret}"
        kinds = [ResourceType.from_resource(kind) for kind in (PERSON, Group)]
        provider = ScimProvider((User, EnterpriseUser, Group), kinds, policy=_TOLERANT)
        yield ScimLine(SyncSCIMClient(http, provider=provider), urlsplit(options.url).netloc)


@contextmanager
def told() -> Iterator[None]:
    """Turn whatever the libraries raise into an AnswerError."""
    try:
        yield
    except (SCIMClientException, SCIMException) as error:
        raise answer_error(error) from None
    except (httpx2.HTTPError, httpx2.StreamError, ValidationError, OSError, UnicodeError) as error:
        raise answer_error(error) from None


def _checked_token(text: str) -> str:
    """Return a token that can stand in a header (RFC 6750, section 2.1); raises SetUpError."""
    if not text.isascii() or not text.isprintable() or " " in text:
        raise SetUpError(
            both(
                "トークンは1行の英数字と記号だけにしてください(BOM や空白、2行目はありませんか)",
                "a token is one line of letters, digits and signs: look for a byte order mark, "
                "a space or a second line",
            )
        )
    return text


def _if_match(version: str | None) -> dict[str, Any]:
    return {"headers": {"If-Match": version}} if version else {}


def _check(answer: object) -> dict[str, Any]:
    """Return an answer that was not read as a resource; raises AnswerError for a refusal."""
    if answer is None:
        return {}
    if not isinstance(answer, dict):
        raise AnswerError(*NOT_SCIM)
    if answer.get("schemas") == [str(Error.__schema__)]:
        raise refusal(answer.get("status"), answer.get("scimType"))
    return answer
