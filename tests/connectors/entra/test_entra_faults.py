"""What goes wrong with Graph makes the tenant unknown, with a remedy: never empty, never smaller."""

from __future__ import annotations

from datetime import UTC, timedelta
from email.utils import format_datetime

import pytest
import requests
import responses
from pydantic import ValidationError

from syncd.errors import DirectoryUnreadable
from tests.fakes.certificates import make_certificates
from tests.fakes.graph import GRAPH, ROOT, SECRET, failure
from tests.fakes.http_script import Answer, HttpScript


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


@pytest.fixture
def world(graph):
    users = [graph.add_user(f"u{n}", str(n)) for n in range(7)]
    for n in range(4):
        graph.add_group(f"g{n}", tuple(users))
    return graph


def refused(reader) -> DirectoryUnreadable:
    with pytest.raises(DirectoryUnreadable) as failed:
        reader.read(silent)
    assert failed.value.remedy
    for kept in (SECRET, "山田", "token-"):
        assert kept not in f"{failed.value} {failed.value.__cause__!r}"
    return failed.value


def on(path: str, answer):
    return lambda asked: answer if asked.path == path else None


# --- pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://graph.evil.example/v1.0/users?$skiptoken=1", "another place"),
        ("http://graph.microsoft.com/v1.0/users?$skiptoken=1", "another place"),
        ("https://graph.microsoft.com:8443/v1.0/users", "another place"),
        ("https://graph.microsoft.com@evil.example/v1.0/users", "another place"),
        ("https://graph.microsoft.com/beta/users", "another place"),
        ("//evil.example/users", ""),
    ],
)
def test_a_link_to_another_place_is_refused_and_the_token_stays(connect, world, link, said):
    page = {"value": [], "@odata.nextLink": link}
    world.step = on("/users", (200, {}, page))
    assert said in refused(connect.reader()).why


def test_links_that_lead_in_a_circle_are_refused(connect, world):
    link = f"{ROOT}/users?$skiptoken=same"
    world.step = lambda a: (
        (200, {}, {"value": [], "@odata.nextLink": link}) if a.path == "/users" else None
    )
    assert "circle" in refused(connect.reader()).why


@pytest.mark.parametrize("path", ["/users", "/groups"])
@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, {}),
        (200, {}, {"value": None}),
        (200, {}, {"value": [{"displayName": "山田"}]}),
        (200, {}, None),
        (204, {}, None),
        (200, {}, ["x"]),
        (200, {}, {"value": [{"id": "a"}, {"id": "a"}]}),
        failure(500, "UnknownError"),
        failure(403, "Authorization_RequestDenied"),
        failure(302, Location="https://elsewhere.example/"),
    ],
)
def test_an_answer_that_is_none_makes_the_tenant_unknown(connect, world, path, answer):
    world.step = on(path, answer)
    refused(connect.reader())


def test_a_group_without_its_kind_is_refused_since_it_might_be_dynamic(connect, world):
    for group in world.groups.values():
        del group["groupTypes"]
    assert "groupTypes" in refused(connect.reader()).why


def test_a_group_that_hides_its_members_is_no_empty_group(connect, world):
    hidden = world.add_group("hidden", (), visibility="HiddenMembership")
    assert "Member.Read.Hidden" in refused(connect.reader()).remedy
    groups = connect.reader(may_read_hidden=True).read(silent).groups
    assert {group.key: group.direct_count for group in groups}[hidden] == 0
    world.grant(hidden, next(iter(world.users)))
    assert len(connect.reader().read(silent).groups) == 5


@pytest.mark.parametrize("answer", [failure(500), failure(403), (200, {}, {}), (200, {}, None)])
def test_a_group_that_cannot_be_read_back_is_no_proof_that_somebody_is_gone(connect, world, answer):
    group, member = next(iter(world.groups)), next(iter(world.users))
    world.step = on(f"/groups/{group}/members", answer)
    with pytest.raises(DirectoryUnreadable):
        connect.reader().present_members({group: [member]})


def test_an_empty_tenant_is_refused(connect, graph):
    assert "none can be seen" in refused(connect.reader()).why


def test_members_whose_people_cannot_be_seen_are_refused_and_not_stale(connect, world):
    hidden = [f"00000000-0000-4000-9000-{n:012d}" for n in range(11)]
    world.add_group("crowd", tuple(hidden))
    assert "max_unresolved_percent" in refused(connect.reader()).remedy


def test_an_expired_link_begins_the_read_anew_three_times_at_most(connect, world):
    expired = failure(400, "Directory_ExpiredPageToken")
    left = [1]
    world.step = lambda a: expired if "$skiptoken" in a.query and left and left.pop() else None
    assert len(connect.reader().read(silent).groups) == 4
    world.step = lambda a: expired if "$skiptoken" in a.query else None
    assert "expired" in refused(connect.reader()).why


@pytest.mark.parametrize("status", [400, 403, 500])
def test_one_group_of_a_batch_that_cannot_be_read_makes_the_tenant_unknown(connect, world, status):
    last = list(world.groups)[-1]
    world.step = on(f"/groups/{last}/members", failure(status))
    assert f"HTTP {status}" in refused(connect.reader()).why


def test_a_batch_that_leaves_one_out_makes_the_tenant_unknown(connect, world):
    answer = (200, {}, {"responses": [{"id": "0", "status": 200, "body": {"value": []}}]})
    world.step = on("/$batch", answer)
    assert "not Microsoft Graph" in refused(connect.reader()).why


# --- throttling --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503, 504])
def test_a_busy_graph_is_left_alone_as_long_as_it_asks(connect, world, status):
    later = format_datetime((connect.now + timedelta(seconds=30)).astimezone(UTC), usegmt=True)
    hints = ["4", later]
    world.step = lambda a: (
        failure(status, Retry_After=hints.pop(0)) if a.path == "/users" and hints else None
    )
    assert len(connect.reader().read(silent).accounts) == 7
    assert 4 <= connect.waits[0] <= 5
    assert 30 <= connect.waits[1] <= 31


def test_a_busy_group_of_a_batch_is_asked_for_again_alone(connect, world):
    busy = list(world.groups)[1]
    left = [failure(429, Retry_After="6")]
    world.step = lambda a: left.pop() if busy in a.path and left else None
    assert len(connect.reader().read(silent).blocks) == 4
    assert world.batches == [4, 1]
    assert 6 <= connect.waits[0] <= 7


def test_a_graph_that_stays_busy_is_given_up_and_its_limit_named(connect, world):
    headers = {"x_ms_throttle_information": "ResourceUnitLimitExceeded"}
    world.step = on("/users", failure(429, "TooManyRequests", **headers))
    why = refused(connect.reader(attempts=3)).why
    assert "HTTP 429" in why
    assert "ResourceUnitLimitExceeded" in why
    assert len(connect.waits) == 2


def test_what_asks_to_be_left_alone_beyond_the_bound_is_not_waited_for(connect, world):
    world.step = on("/users", failure(429, Retry_After="7200"))
    assert "HTTP 429" in refused(connect.reader()).why
    assert connect.waits == []


def test_near_its_limit_we_slow_down_by_ourselves(connect, world):
    near = {"x-ms-throttle-limit-percentage": "1.2"}
    world.step = lambda a: (
        (200, near, {"value": [], "@odata.deltaLink": f"{ROOT}/users/delta?$deltatoken=1"})
        if a.path == "/users/delta"
        else None
    )
    connect.reader().read(silent)
    assert connect.waits == [pytest.approx(5)]


# --- tokens ------------------------------------------------------------------------------------


def test_a_token_is_kept_until_shortly_before_its_end(connect, world):
    reader = connect.reader()
    reader.read(silent)
    connect.later(minutes=54)
    reader.present_members({})
    reader.check()
    assert world.tokens == 1
    connect.later(minutes=2)
    reader.check()
    assert world.tokens == 2


def test_a_token_that_is_no_longer_taken_is_renewed_once(connect, world):
    reader = connect.reader()
    reader.read(silent)
    world.oldest_token = 2
    reader.read(silent)
    assert world.tokens == 2
    world.step = on("/users", failure(401, "InvalidAuthenticationToken"))
    assert "tenant and client_id" in refused(reader).remedy


def test_the_form_asks_for_the_permissions_of_the_application(connect, world):
    connect.reader().read(silent)
    (form,) = world.forms
    assert form == {
        "client_id": "app",
        "client_secret": SECRET,
        "grant_type": "client_credentials",
        "scope": f"{GRAPH}/.default",
    }


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, {}, {"error": "invalid_client", "error_codes": [7000222]}), "AADSTS7000222"),
        ((400, {}, {"error": "unauthorized_client", "error_codes": [700016, "x"]}), "AADSTS700016"),
        ((400, {}, {"error_description": "山田"}), "HTTP 400"),
        ((500, {}, None), "HTTP 500"),
        ((200, {}, {"access_token": ""}), "not Microsoft Graph"),
        ((200, {}, {"access_token": "t"}), "not Microsoft Graph"),
        ((200, {}, ["t"]), "not Microsoft Graph"),
    ],
)
def test_a_token_that_is_not_given_says_what_to_look_at(connect, world, answer, said):
    world.step = lambda a: answer if a.path.endswith("/oauth2/v2.0/token") else None
    assert said in refused(connect.reader()).why


def test_a_busy_token_service_is_waited_for(connect, world):
    left = [failure(429, Retry_After="2")]
    world.step = lambda a: left.pop() if "oauth2" in a.path and left else None
    assert len(connect.reader().read(silent).groups) == 4
    assert 2 <= connect.waits[0] <= 3


def test_a_secret_that_is_not_there_is_named(connect, world):
    failed = refused(connect.reader(secret_file="nowhere"))
    assert "nowhere" in failed.why
    assert "secret_file" in failed.remedy


# --- the line ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (requests.exceptions.ConnectTimeout(), "broke off"),
        (requests.exceptions.ReadTimeout(), "broke off"),
        (requests.exceptions.ConnectionError(), "broke off"),
        (requests.exceptions.ChunkedEncodingError(), "broke off"),
        (requests.exceptions.SSLError(), "broke off"),
        (TimeoutError(), "no answer in time"),
        (ConnectionResetError(), "the connection was cut"),
    ],
)
@pytest.mark.parametrize("place", ["/users", "/groups", "/$batch"])
def test_a_line_that_breaks_anywhere_makes_the_tenant_unknown(connect, world, place, fault, said):
    def broken(asked):
        if asked.path == place:
            raise fault

    world.step = broken
    assert said in refused(connect.reader(attempts=2)).why


def test_a_line_cut_at_any_request_of_a_read_makes_the_tenant_unknown(connect, world):
    connect.reader().read(silent)
    targets = [asked.target for asked in world.asked if not asked.is_part]
    assert len(targets) > 6

    for number in range(len(targets)):
        world.asked.clear()

        def cut(_asked, number=number):
            if len([asked for asked in world.asked if not asked.is_part]) == number + 1:
                raise requests.exceptions.ChunkedEncodingError

        world.step = cut
        refused(connect.reader(attempts=1))


@pytest.mark.parametrize("place", ["/users", "/groups", "/$batch"])
def test_a_line_cut_once_while_reading_does_no_harm(connect, world, place):
    left = [requests.exceptions.ChunkedEncodingError()]

    def once(asked):
        if asked.path == place and left:
            raise left.pop()

    world.step = once
    assert len(connect.reader().read(silent).accounts) == 7


def test_a_page_of_html_is_no_answer(connect):
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        wire.post(
            "https://login.microsoftonline.com/city.example/oauth2/v2.0/token",
            json={"access_token": "t", "expires_in": 3599},
        )
        wire.get(f"{ROOT}/users/delta", body="<html>山田</html>", content_type="text/html")
        assert "not Microsoft Graph" in refused(connect.reader()).why


@pytest.fixture
def https(tmp_path):
    """A server of our own over TLS in place of both addresses."""
    started: list[HttpScript] = []

    def build(answer, **certificate) -> dict[str, object]:
        make_certificates(tmp_path, **{"names": "IP:127.0.0.1", **certificate})
        script = HttpScript(answer, tmp_path)
        started.append(script)
        return {"login_url": script.url, "graph_url": script.url, "ca_file": "ca.crt"}

    yield build
    for script in started:
        script.stop()


def alone(asked) -> Answer:
    """A tenant of one user in one group, on the wire."""
    json = {"content-type": "application/json"}
    user = "00000000-0000-4000-8000-000000000001"
    if asked.path.endswith("/token"):
        return Answer(200, {"access_token": "t", "expires_in": 3599}, json)
    if asked.path.endswith("/delta"):
        return Answer(404, {"error": {"code": "Request_ResourceNotFound"}}, json)
    if asked.path.endswith("/users"):
        return Answer(200, {"value": [{"id": user, "userPrincipalName": "u"}]}, json)
    if asked.path.endswith("/groups"):
        return Answer(200, {"value": [{"id": "g", "displayName": "tax", "groupTypes": []}]}, json)
    body = {"value": [{"@odata.type": "#microsoft.graph.user", "id": user}]}
    part = {"id": "0", "status": 200, "headers": {}, "body": body}
    return Answer(200, {"responses": [part]}, json)


def test_a_verified_line_is_read_on_real_sockets(connect, https):
    assert {block.accounts for block in connect.reader(**https(alone)).read(silent).blocks} == {
        ("u",)
    }


@pytest.mark.parametrize(
    ("certificate", "changes", "said"),
    [
        ({"days": -1}, {}, "expired"),
        ({"names": "DNS:elsewhere.example"}, {}, "certificate not trusted"),
        ({}, {"ca_file": None}, "certificate not trusted"),
        ({}, {"ca_file": "nowhere.crt"}, "nowhere.crt"),
    ],
)
def test_a_certificate_that_is_not_right_makes_the_tenant_unknown(
    connect, https, certificate, changes, said
):
    failed = refused(connect.reader(**(https(alone, **certificate) | changes)))
    assert said in failed.why
    assert "ca_file" in failed.remedy


@pytest.mark.parametrize("cut_at", [0, 1, 30])
def test_a_real_line_cut_within_a_page_is_tried_again_and_then_unknown(connect, https, cut_at):
    def cut(asked) -> Answer:
        whole = alone(asked)
        if not asked.path.endswith("/users"):
            return whole
        return Answer(whole.status, whole.body, whole.headers, cut_at=cut_at)

    refused(connect.reader(**https(cut), attempts=3))
    assert len(connect.waits) == 2


def test_an_answer_beyond_the_limit_is_refused(connect, https):
    big = Answer(200, b" " * (1024 * 1024 + 1))
    given = https(lambda a: big if a.path.endswith("/users") else alone(a))
    assert "max_answer_mb" in refused(connect.reader(**given, max_answer_mb=1)).why


def test_a_redirect_is_not_followed(connect, https):
    moved = Answer(302, None, {"location": "https://127.0.0.1:1/"})
    given = https(lambda a: moved if a.path.endswith("/users") else alone(a))
    assert "HTTP 302" in refused(connect.reader(**given)).why


@pytest.mark.parametrize(
    "changes",
    [
        {"secret_file": None},
        {"secret_env": "X"},
        {"certificate_file": "c"},
        {"secret_file": None, "certificate_file": "c"},
        {"key_file": "k"},
        {"write_client_id": "w"},
        {"tenant": "../x"},
        {"client_id": ""},
        {"graph_url": "http://graph.example"},
        {"login_url": "https://user:pw@login.example"},
        {"cloud": "moon"},
        {"page_size": 1000},
        {"staff_number_attribute": "displayName"},
    ],
)
def test_options_that_cannot_be_meant_are_faults_of_the_configuration(connect, changes):
    with pytest.raises(ValidationError):
        connect.options(**changes)
