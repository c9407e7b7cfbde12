"""A real SCIM 2.0 server, `scim2-server`, in a process of its own; and hands of our own on it.

Users and groups are put in and looked at with plain HTTP of the standard library, never with the
code under test.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

TOKEN = "secret-token-of-the-test"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
CONFIG: Mapping[str, Any] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    "patch": {"supported": True},
    "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
    "filter": {"supported": True, "maxResults": 1000},
    "changePassword": {"supported": False},
    "sort": {"supported": True},
    "etag": {"supported": True},
    "authenticationSchemes": [],
}


class ScimServer:
    """A server with what it holds; `config` changes what it says (and does) of its abilities."""

    def __init__(self, folder: Path, config: Mapping[str, Any] | None = None) -> None:
        self.folder = folder
        self.port = _free_port()
        (folder / "config.json").write_text(json.dumps({**CONFIG, **(config or {})}))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> ScimServer:
        with (self.folder / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    str(Path(sys.executable).with_name("scim2-server")),
                    *("--port", str(self.port), "--bearer-token", TOKEN),
                    *("--service-provider-config", str(self.folder / "config.json")),
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        while not _answers(self.port):
            assert self._process.poll() is None, (self.folder / "server.log").read_text()
            time.sleep(0.02)
        return self

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def ask(self, method: str, path: str, content: object = None) -> Any:
        """Send one request; returns what the answer holds, or None where there is none (404)."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
        line.request(method, path, json.dumps(content) if content else None, headers)
        answer = line.getresponse()
        text = answer.read()
        line.close()
        if answer.status == http.HTTPStatus.NOT_FOUND:
            return None
        assert answer.status < http.HTTPStatus.MULTIPLE_CHOICES, (answer.status, text)
        return json.loads(text) if text else {}

    def add_user(self, name: str, number: str | None = None, **more: object) -> str:
        """Put in a user whose staff number stands in externalId; returns the id."""
        given = {"schemas": [USER], "userName": name, **more}
        return self.ask("POST", "/Users", given | ({"externalId": number} if number else {}))["id"]

    def add_group(self, name: str, members: Sequence[str] = (), **more: object) -> str:
        """Put in a group with the ids of its members; returns its id."""
        values = [{"value": member} for member in members]
        given = {"schemas": [GROUP], "displayName": name, "members": values, **more}
        return self.ask("POST", "/Groups", given)["id"]

    def members(self, group_id: str) -> list[str]:
        """Return the ids of those in a group; none where there is no group."""
        group = self.ask("GET", f"/Groups/{group_id}") or {}
        return [member["value"] for member in group.get("members", ())]

    def grant(self, group_id: str, member: str) -> None:
        operation = {"op": "add", "path": "members", "value": [{"value": member}]}
        self._patch(group_id, operation)

    def revoke(self, group_id: str, member: str) -> None:
        self._patch(group_id, {"op": "remove", "path": f'members[value eq "{member}"]'})

    def _patch(self, group_id: str, operation: dict[str, object]) -> None:
        change = {"schemas": [PATCH], "Operations": [operation]}
        self.ask("PATCH", f"/Groups/{group_id}", change)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
