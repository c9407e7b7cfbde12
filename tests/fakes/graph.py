"""Microsoft Graph v1.0 and its token service in memory, answering through `responses`.

Small, but honest: what it does is what Microsoft's pages say, and each rule names its page.

- tokens by client credentials, with a secret or a signed assertion, good for an hour:
  https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
- pages of `cap` objects with opaque skip tokens: https://learn.microsoft.com/graph/paging
- batches of at most 20, answered in another order than asked, throttled one by one:
  https://learn.microsoft.com/graph/json-batching, https://learn.microsoft.com/graph/throttling
- members as directoryObjects with `@odata.type`:
  https://learn.microsoft.com/graph/api/group-list-members
- removal with `/$ref`; *without it the member itself is deleted* (kept in `disasters`):
  https://learn.microsoft.com/graph/api/group-delete-members
- one who is there already is a 400, an unknown object a 404:
  https://github.com/microsoftgraph/microsoft-graph-docs/issues/8637
- dynamic, synchronised and mail-enabled groups refuse changes:
  https://learn.microsoft.com/graph/api/resources/groups-overview
- delta: `$deltatoken=latest`, the same group on several pages, `@removed`, replays, 410:
  https://learn.microsoft.com/graph/delta-query-overview and .../delta-query-groups

Not as it is: no replication lag, no licences, no rights but that of changing role-assignable
groups, and a delta token never ends by time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import responses
from requests import PreparedRequest

LOGIN = "https://login.microsoftonline.com"
GRAPH = "https://graph.microsoft.com"
ROOT = f"{GRAPH}/v1.0"
SECRET = "secret-of-the-application"
Answered = tuple[int, dict[str, str], Any]
Step = Callable[["Asked"], "Answered | None"]


@dataclass(frozen=True)
class Asked:
    """One request, by itself or within a batch."""

    method: str
    target: str
    body: Any = None
    is_part: bool = False

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        query = urlsplit(self.target).query
        return {name: values[0] for name, values in parse_qs(query).items()}


def object_id(number: int) -> str:
    """An id as Entra's are."""
    return f"00000000-0000-4000-8000-{number:012d}"


def failure(status: int, code: str = "", message: str = "山田 太郎 said no", **headers: str):
    """An error as Graph words it; the message holds a name, which must not come out of us."""
    content = {"error": {"code": code, "message": message, "innerError": {"date": "2027-04-01"}}}
    return status, {k.replace("_", "-"): v for k, v in headers.items()}, content


@dataclass
class Graph:
    """A tenant. `step` may answer any request instead; `cap` objects stand on a page."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    disasters: list[str] = field(default_factory=list)
    journal: list[tuple[str, str, str, bool]] = field(default_factory=list)
    cap: int = 3
    tokens: int = 0
    oldest_token: int = 1
    root: str = ROOT
    may_change_roles: bool = False
    lost: bool = False
    step: Step = lambda _asked: None
    _lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _lasts: dict[str, str] = field(default_factory=dict)
    _numbers: int = 0
    _numbers_of_pages: int = 0

    # --- hands of the test ---------------------------------------------------------------------

    def add_user(self, name: str, number: str | None = None, **more: Any) -> str:
        key = self._next()
        given = {"userPrincipalName": name, "employeeId": number, "accountEnabled": True}
        self.users[key] = {"id": key, **given, **more}
        self._note("users", key)
        return key

    def add_group(self, name: str, members: Iterator[str] | tuple[str, ...] = (), **more: Any):
        key = self._next()
        given = {
            "displayName": name,
            "groupTypes": [],
            "membershipRule": None,
            "onPremisesSyncEnabled": None,
            "mailEnabled": False,
            "securityEnabled": True,
            "isAssignableToRole": None,
        }
        self.groups[key] = {"id": key, **given, **more}
        self.members[key] = list(members)
        self._note("groups", key)
        return key

    def add_other(self, kind: str) -> str:
        key = self._next()
        self.others[key] = kind
        return key

    def grant(self, group: str, member: str) -> None:
        self.members[group].append(member)
        self._note("groups", group, member)

    def revoke(self, group: str, member: str) -> None:
        self.members[group].remove(member)
        self._note("groups", group, member, is_removed=True)

    def change_user(self, key: str, **changes: Any) -> None:
        self.users[key] |= changes
        self._note("users", key)

    def delete(self, key: str) -> None:
        for group, members in self.members.items():
            if key in members:
                self.revoke(group, key)
        kind = "users" if self.users.pop(key, None) else "groups"
        self.groups.pop(key, None)
        self.members.pop(key, None)
        self._note(kind, key, is_removed=True)

    def _next(self) -> str:
        self._numbers += 1
        return object_id(self._numbers)

    def _note(self, kind: str, key: str, member: str = "", *, is_removed: bool = False) -> None:
        self.journal.append((kind, key, member, is_removed))

    # --- the wire ------------------------------------------------------------------------------

    @contextmanager
    def online(self) -> Iterator[Graph]:
        """Answer every request of `requests` but those to this machine."""
        with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
            wire.add_passthru("https://127.0.0.1")
            for method in ("GET", "POST", "DELETE", "PATCH"):
                for address in (LOGIN, GRAPH):
                    pattern = re.compile(f"{address}/.*")
                    wire.add_callback(method, pattern, self._answer)
            yield self

    def _answer(self, request: PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        body = request.body or b""
        text = body if isinstance(body, str) else body.decode()
        authorization = request.headers.get("Authorization", "")
        return self.respond(str(request.method), str(request.url), authorization, text)

    def respond(
        self, method: str, url: str, authorization: str, text: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Answer one request, of whatever wire it came by."""
        if urlsplit(url).path.endswith("/oauth2/v2.0/token"):
            status, headers, content = self._token(urlsplit(url).path, text)
        else:
            target = url[url.index("/v1.0/") + 5 :]
            asked = Asked(method, target, json.loads(text) if text else None)
            status, headers, content = self._serve(asked, authorization)
        body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
        usual = {} if content is None else {"Content-Type": "application/json; charset=utf-8"}
        return status, usual | headers, body

    def _token(self, path: str, text: str) -> Answered:
        form = {name: v[0] for name, v in parse_qs(text).items()}
        self.forms.append(form)
        stepped = self.step(Asked("POST", path, form))
        if stepped is not None:
            return stepped
        if form.get("client_secret") != SECRET and "client_assertion" not in form:
            return 401, {}, {"error": "invalid_client", "error_codes": [7000215]}
        self.tokens += 1
        return 200, {}, {"access_token": f"token-{self.tokens}", "expires_in": 3599}

    def _serve(self, asked: Asked, authorization: str) -> Answered:
        self.asked.append(asked)
        stepped = self.step(asked)
        if stepped is not None:
            return stepped
        number = authorization.removeprefix("Bearer token-")
        if not number.isdecimal() or not self.oldest_token <= int(number) <= self.tokens:
            return failure(401, "InvalidAuthenticationToken")
        if asked.path == "/$batch":
            return self._batch(asked.body["requests"])
        return self._one(asked)

    def _batch(self, parts: list[dict[str, Any]]) -> Answered:
        self.batches.append(len(parts))
        if len(parts) > 20 or len({part["id"] for part in parts}) < len(parts):
            return failure(400, "Request_BadRequest")
        found = []
        for part in reversed(parts):
            asked = Asked(part["method"], part["url"], part.get("body"), is_part=True)
            self.asked.append(asked)
            status, headers, body = self.step(asked) or self._one(asked)
            found.append({"id": part["id"], "status": status, "headers": headers, "body": body})
        return 200, {}, {"responses": found}

    def _one(self, asked: Asked) -> Answered:  # noqa: PLR0911 - one line for each address
        names = [name for name in asked.path.split("/") if name]
        token = asked.query.get("$skiptoken", "")
        if token:
            return self._page(self._lists.pop(token), asked.path, self._lasts.pop(token, ""))
        match (asked.method, names):
            case ("GET", [("users" | "groups") as kind]):
                return self._page([_chosen(one, asked) for one in self._all(kind)], asked.path)
            case ("GET", [("users" | "groups") as kind, "delta"]):
                return self._delta(kind, asked)
            case ("GET", [("users" | "groups") as kind, key]):
                found = getattr(self, kind).get(key)
                return (200, {}, _chosen(found, asked)) if found else _missing()
            case ("GET", ["groups", key, "members"]):
                if key not in self.groups:
                    return _missing()
                return self._page([self._member(m) for m in self.members[key]], asked.path)
            case ("POST", ["groups", key, "members", "$ref"]):
                return self._add(key, asked.body["@odata.id"].rpartition("/")[2])
            case ("DELETE", ["groups", key, "members", member, *reference]):
                return self._remove(key, member, reference)
        return failure(404, "Request_ResourceNotFound")

    def _all(self, kind: str) -> list[dict[str, Any]]:
        return list((self.users if kind == "users" else self.groups).values())

    def _member(self, key: str) -> dict[str, Any]:
        kind = "user" if key in self.users else "group" if key in self.groups else None
        return {
            "@odata.type": f"#microsoft.graph.{kind or self.others.get(key, 'user')}",
            "id": key,
        }

    def _page(self, left: list[dict[str, Any]], path: str, last: str = "") -> Answered:
        page: dict[str, Any] = {"value": left[: self.cap]}
        if len(left) > self.cap:
            self._numbers_of_pages += 1
            token = f"skip{self._numbers_of_pages}"
            self._lists[token] = left[self.cap :]
            page["@odata.nextLink"] = f"{self.root}{path}?$skiptoken={token}"
            if last:
                self._lasts[token] = last
        elif last:
            page["@odata.deltaLink"] = last
        return 200, {}, page

    def _add(self, group: str, member: str) -> Answered:
        if group not in self.groups or not self._is_known(member):
            return _missing()
        refused = self._refused(group)
        if refused is not None:
            return refused
        if member in self.members[group]:
            return failure(400, "Request_BadRequest", "object references already exist")
        self.grant(group, member)
        return 204, {}, None

    def _remove(self, group: str, member: str, reference: list[str]) -> Answered:
        if reference != ["$ref"]:
            self.disasters.append(member)
            self.delete(member)
            return 204, {}, None
        if group not in self.groups or member not in self.members[group]:
            return _missing()
        refused = self._refused(group)
        if refused is None:
            self.revoke(group, member)
        return refused or (204, {}, None)

    def _refused(self, key: str) -> Answered | None:
        group = self.groups[key]
        is_mail = group["mailEnabled"] and "Unified" not in group["groupTypes"]
        if "DynamicMembership" in group["groupTypes"] or group["onPremisesSyncEnabled"] or is_mail:
            return failure(400, "Request_BadRequest")
        if group["isAssignableToRole"] and not self.may_change_roles:
            return failure(403, "Authorization_RequestDenied")
        return None

    def _is_known(self, key: str) -> bool:
        return key in self.users or key in self.groups or key in self.others

    # --- changes -------------------------------------------------------------------------------

    def _delta(self, kind: str, asked: Asked) -> Answered:
        token = asked.query.get("$deltatoken", "0")
        last = f"{self.root}/{kind}/delta?$deltatoken={len(self.journal)}"
        if token == "latest":
            return 200, {}, {"value": [], "@odata.deltaLink": last}
        if self.lost:
            return failure(410, "resyncRequired")
        told = [self._told(*entry) for entry in self.journal[int(token) :] if entry[0] == kind]
        return self._page(told, f"/{kind}/delta", last)

    def _told(self, kind: str, key: str, member: str, is_removed: bool) -> dict[str, Any]:
        """One change: a group comes once for each of its members that changed."""
        if not member:
            gone = {"@removed": {"reason": "changed"}} if is_removed else {}
            return {**getattr(self, kind).get(key, {}), "id": key, **gone}
        gone = {"@removed": {"reason": "deleted"}} if is_removed else {}
        return {"id": key, "members@delta": [{**self._member(member), **gone}]}


def _chosen(found: dict[str, Any], asked: Asked) -> dict[str, Any]:
    chosen = asked.query["$select"].split(",")
    return {name: value for name, value in found.items() if name in chosen}


def _missing() -> Answered:
    return failure(404, "Request_ResourceNotFound")
