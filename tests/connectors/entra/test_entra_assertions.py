"""An application that proves itself by its certificate sends no secret at all."""

from __future__ import annotations

import hashlib
import subprocess
from base64 import urlsafe_b64decode

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from syncd.errors import DirectoryUnreadable


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


@pytest.fixture
def certificate(tmp_path):
    command = [
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
        *("-subj", "/CN=syncd", "-keyout", "app.key", "-out", "app.crt"),
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    return {"secret_file": None, "certificate_file": "app.crt", "key_file": "app.key"}


def test_the_assertion_is_signed_for_this_tenant_and_for_minutes(
    connect, graph, certificate, tmp_path
):
    graph.add_group("tax", (graph.add_user("u"),))
    connect.reader(**certificate).read(silent)
    (form,) = graph.forms
    assert form["client_assertion_type"].endswith("jwt-bearer")
    assert "client_secret" not in form
    key = RSAKey.import_key((tmp_path / "app.key").read_text())
    token = jwt.decode(form["client_assertion"], key, algorithms=["PS256"])
    address = "https://login.microsoftonline.com/city.example/oauth2/v2.0/token"
    claims = token.claims
    assert (claims["aud"], claims["iss"], claims["sub"]) == (address, "app", "app")
    assert claims["exp"] - claims["nbf"] == 300
    assert claims["nbf"] == int(connect.now.timestamp())
    command = ["openssl", "x509", "-in", "app.crt", "-outform", "DER"]
    der = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout
    assert urlsafe_b64decode(token.header["x5t#S256"] + "=") == hashlib.sha256(der).digest()


def test_each_assertion_is_another(connect, graph, certificate):
    graph.add_group("tax", (graph.add_user("u"),))
    for _ in range(2):
        connect.reader(**certificate).read(silent)
    first, second = (form["client_assertion"] for form in graph.forms)
    assert first != second


def test_files_that_are_neither_say_what_they_must_be(connect, graph, certificate, tmp_path):
    for name in ("app.crt", "app.key"):
        kept = (tmp_path / name).read_text()
        (tmp_path / name).write_text("nonsense that must stay secret")
        with pytest.raises(DirectoryUnreadable) as failed:
            connect.reader(**certificate).read(silent)
        assert "certificate_file" in failed.value.why
        assert "nonsense" not in str(failed.value)
        (tmp_path / name).write_text(kept)
