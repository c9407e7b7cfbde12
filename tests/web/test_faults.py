"""A bug in a page: the browser is told nothing of it, the log everything but names and secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from syncd.logs import configure_logs
from tests.web.conftest import Office

SECRET = "table users, 123456789012, /etc/syncd"


@pytest.fixture(scope="module")
def broken(make_office) -> Office:
    office = make_office()

    def fail(request) -> None:
        raise RuntimeError(SECRET)

    def half(request):
        from starlette.responses import StreamingResponse

        def parts() -> Iterator[bytes]:
            yield b"half"
            raise RuntimeError(SECRET)

        return StreamingResponse(parts())

    office.app.add_route("/broken", fail)
    office.app.add_route("/half", half)
    for route in office.app.routes:
        if getattr(route, "path", "") == "/api/v1":
            route.app.add_route("/broken", fail)
    return office


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/broken", "text/plain; charset=utf-8"), ("/api/v1/broken", "application/problem+json")],
)
def test_a_bug_is_answered_without_a_word_of_it(broken: Office, path: str, kind: str):
    answer = broken.enter("kansa").get(path)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == kind
    assert not any(part in answer.text for part in ("users", "1234", "etc", "RuntimeError"))


def test_the_answer_of_a_bug_carries_the_headers_too(broken: Office):
    headers = broken.enter("kansa").get("/broken").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "includeSubDomains" in headers["strict-transport-security"]


def test_a_bug_is_one_record_in_the_log_with_numbers_masked(
    broken: Office, capsys: pytest.CaptureFixture[str]
):
    configure_logs(as_json=True, clock=broken.clock)
    broken.enter("kansa").get("/broken")
    (record,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (record["event"], record["path"]) == ("request.failed", "/broken")
    assert "RuntimeError" in record["exception"]
    assert "123456789012" not in record["exception"]


def test_half_an_answer_does_not_look_like_a_whole_one(broken: Office):
    browser = broken.enter("kansa")
    with pytest.raises(RuntimeError):
        browser.get("/half")
