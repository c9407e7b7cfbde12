"""What goes wrong with a SCIM server makes it unknown, with a remedy: never empty, never smaller.

The server is scripted, on real sockets: it holds three users and two groups until a test says
otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pydantic import ValidationError

from syncd.errors import DirectoryUnreadable
from tests.connectors.scim.conftest import NOW, Connect
from tests.fakes.certificates import make_certificates
from tests.fakes.http_script import Answer, Asked
from tests.fakes.scim_server import CONFIG, GROUP, TOKEN, USER

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
USERS = [{"schemas": [USER], "id": f"i{n}", "userName": f"u{n}"} for n in (1, 2, 3)]
GROUPS = [
    {"schemas": [GROUP], "id": "g1", "displayName": "tax", "members": [{"value": "i1"}]},
    {"schemas": [GROUP], "id": "g2", "displayName": "other", "members": [{"value": "i2"}]},
]
Step = Callable[[Asked], "Answer | None"]


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


def listing(held: list[dict[str, Any]], asked: Asked, **changes: Any) -> Answer:
    start, count = int(asked.query["startIndex"]), int(asked.query["count"])
    found = held[start - 1 : start - 1 + count]
    page = {
        "schemas": [LIST],
        "totalResults": len(held),
        "startIndex": start,
        "itemsPerPage": len(found),
        "Resources": found,
    }
    return Answer(200, {k: v for k, v in (page | changes).items() if v is not None})


def honest(asked: Asked) -> Answer:
    if asked.path == "/ServiceProviderConfig":
        return Answer(200, CONFIG)
    held = {"/Users": USERS, "/Groups": GROUPS}.get(asked.path)
    if held is not None:
        return listing(held, asked)
    found = [one for one in (*USERS, *GROUPS) if asked.path.endswith(f"/{one['id']}")]
    return Answer(200, found[0]) if found else Answer(404)


@pytest.fixture
def saas(connect: Connect, serve):
    """A reader of the scripted server; a step answers what it wants to, the rest is honest."""

    def build(step: Step, **changes: object):
        script = serve(lambda asked: step(asked) or honest(asked))
        build.script = script  # type: ignore[attr-defined]
        return connect.reader(script.url, page_size=2, **changes)

    return build


def refused(reader) -> DirectoryUnreadable:
    with pytest.raises(DirectoryUnreadable) as failure:
        reader.read(silent)
    assert failure.value.remedy
    assert TOKEN not in str(failure.value)
    return failure.value


def users(answer: Callable[[Asked], Answer]) -> Step:
    return lambda asked: answer(asked) if asked.path == "/Users" else None


def test_the_scripted_server_is_read_whole_when_nothing_is_wrong(saas):
    snapshot = saas(lambda _asked: None).read(silent)
    assert sorted(snapshot.accounts) == ["u1", "u2", "u3"]
    assert {block.accounts for block in snapshot.blocks} == {("u1",), ("u2",)}


# --- pages that lie ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        (lambda a: listing(USERS, a, totalResults=None), "no totalResults"),
        (lambda a: listing(USERS, a, totalResults="3"), "not SCIM"),
        (lambda a: listing(USERS, a, totalResults=True), "not SCIM"),
        (lambda a: listing(USERS, a, Resources={"id": "i1"}), "not SCIM"),
        (lambda a: listing(USERS, a, Resources=["i1"], itemsPerPage=1), "not SCIM"),
        (lambda a: listing(USERS, a, schemas="x"), "not SCIM"),
        (lambda a: listing([{**USERS[0], "userName": 7}], a), "userName is no text"),
        (lambda a: listing(USERS, a, totalResults=9), "pages end before totalResults"),
        (lambda a: listing(USERS, a, totalResults=2), "more than totalResults"),
        (lambda a: listing(USERS, a, itemsPerPage=7), "itemsPerPage says 7"),
        (lambda a: listing(USERS, a, startIndex=99), "startIndex 1 was asked for and 99 came"),
        (lambda a: listing([USERS[0], USERS[0]], a), "an id comes twice"),
        (lambda a: listing(USERS[:1], a, totalResults=3), "pages end before totalResults"),
        (
            lambda a: listing(USERS, a, startIndex=None, Resources=USERS[:2], itemsPerPage=2),
            "the order changed",
        ),
        (lambda a: listing(USERS, a, totalResults=2 + int(a.query["startIndex"])), "total changed"),
        (lambda a: listing([], a), "none can be seen"),
        (lambda a: listing(USERS, a, Resources=None), "not SCIM"),
        (lambda a: listing([{**USERS[0], "id": None}], a), "has no id"),
        (lambda _a: Answer(200, {"schemas": [ERROR], "status": "200"}), "HTTP 200"),
    ],
)
def test_a_list_that_cannot_be_whole_makes_the_directory_unknown(saas, lie, said):
    assert said in refused(saas(users(lie))).why


def test_names_of_attributes_count_in_any_case_and_so_do_booleans_as_words(saas):
    def other(asked: Asked) -> Answer | None:
        if asked.path == "/Users":
            user = {"schemas": [USER], "ID": "i1", "USERNAME": "u1", "Active": "false"}
            return listing([user, *USERS[1:]], asked)
        if asked.path == "/Groups":
            group = {
                "schemas": [GROUP],
                "id": "g1",
                "displayname": "tax",
                "Members": [{"Value": "i1"}],
            }
            return listing([group], asked)
        return None

    snapshot = saas(other).read(silent)
    assert [(g.key, g.name, g.direct_count) for g in snapshot.groups] == [("g1", "tax", 1)]
    assert snapshot.accounts["u1"].enabled is False
    assert {block.accounts for block in snapshot.blocks} == {("u1",)}


def test_a_list_that_moves_while_it_is_read_is_begun_again(saas):
    moved = []

    def once(asked: Asked) -> Answer:
        if asked.query["startIndex"] != "1" and not moved:
            moved.append(asked)
            return listing(USERS, asked, totalResults=4)
        return listing(USERS, asked)

    assert sorted(saas(users(once)).read(silent).accounts) == ["u1", "u2", "u3"]
    assert moved


def test_a_list_that_never_settles_is_given_up_after_three_times(saas):
    reader = saas(users(lambda a: listing(USERS, a, totalResults=2 + int(a.query["startIndex"]))))
    refused(reader)
    assert saas.script.methods("/Users").count("GET") == 6


def test_a_member_without_a_value_is_not_left_out(saas):
    group = {**GROUPS[0], "members": [{"value": "i1"}, {"display": "山田"}]}
    step = lambda a: listing([group], a) if a.path == "/Groups" else None  # noqa: E731
    why = refused(saas(step)).why
    assert "a member has no value" in why
    assert "山田" not in why


def test_a_member_without_a_value_is_no_proof_that_somebody_is_gone(saas):
    group = {**GROUPS[0], "members": [{"display": "山田"}]}
    reader = saas(lambda asked: Answer(200, group) if asked.path == "/Groups/g1" else None)
    with pytest.raises(DirectoryUnreadable) as failure:
        reader.present_members({"g1": ["i1"]})
    assert "a member has no value" in failure.value.why


@pytest.mark.parametrize("answer", [Answer(500), Answer(200, b"<html>"), Answer(401)])
def test_a_group_that_cannot_be_read_back_is_no_proof_that_somebody_is_gone(saas, answer):
    reader = saas(lambda asked: answer if asked.path == "/Groups/g1" else None)
    with pytest.raises(DirectoryUnreadable):
        reader.present_members({"g1": ["i1"]})


def test_a_list_that_leaves_members_out_is_no_list_of_empty_groups(saas):
    bare = [{k: v for k, v in group.items() if k != "members"} for group in GROUPS]
    step = lambda a: listing(bare, a) if a.path == "/Groups" else None  # noqa: E731
    assert 'members = "each"' in refused(saas(step)).remedy
    snapshot = saas(step, members="each").read(silent)
    assert {block.accounts for block in snapshot.blocks} == {("u1",), ("u2",)}


def test_a_group_that_is_truly_empty_is_asked_for_once_more_and_believed(saas):
    empty = {"schemas": [GROUP], "id": "g3", "displayName": "empty"}

    def step(asked: Asked) -> Answer | None:
        if asked.path == "/Groups":
            return listing([*GROUPS, empty], asked)
        return Answer(200, empty) if asked.path == "/Groups/g3" else None

    assert {g.name: g.direct_count for g in saas(step).read(silent).groups}["empty"] == 0


def test_groups_whose_people_cannot_be_seen_are_refused_and_not_stale(saas):
    crowd = {**GROUPS[0], "members": [{"value": f"hidden{n}"} for n in range(11)]}
    step = lambda a: listing([crowd], a) if a.path == "/Groups" else None  # noqa: E731
    assert "max_unresolved_percent" in refused(saas(step)).remedy


# --- answers that are none ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(200, b"<html>maintenance</html>", {"content-type": "text/html"}), "not SCIM"),
        (Answer(200, b'{"schemas": [', {}), "not SCIM"),
        (Answer(200, b"[]"), "not SCIM"),
        (Answer(204), "not SCIM"),
        (Answer(500, "<html>山田 太郎</html>".encode(), {"content-type": "text/html"}), "HTTP 500"),
        (Answer(401), "HTTP 401"),
        (Answer(403, {"schemas": [ERROR], "status": "403", "detail": "山田 太郎"}), "HTTP 403"),
        (Answer(404), "HTTP 404"),
        (Answer(200, b"x", {"content-length": "9"}, cut_at=1), "broke off"),
        (Answer(200, b"\x1f\x8b", {"content-encoding": "gzip"}), "compressed unasked"),
    ],
)
def test_an_answer_that_is_none_makes_the_directory_unknown_and_names_nobody(saas, answer, said):
    failure = refused(saas(users(lambda _asked: answer)))
    assert said in failure.why
    assert "山田" not in f"{failure} {failure.__cause__!r}"


def test_a_token_that_is_not_accepted_says_what_to_put_where(saas):
    failure = refused(saas(lambda _asked: Answer(401)))
    assert "new token" in failure.remedy
    assert "permission" in refused(saas(lambda _asked: Answer(403))).why


def test_a_token_is_never_taken_to_where_a_redirect_points(saas, serve):
    elsewhere = serve(lambda _asked: Answer(200, {}))
    moved = Answer(302, None, {"location": f"{elsewhere.url}/Users"})
    assert "redirects are not followed" in refused(saas(users(lambda _asked: moved))).remedy
    assert elsewhere.asked == []


def test_an_answer_beyond_the_limit_is_refused(saas):
    big = Answer(200, b" " * (1024 * 1024 + 1))
    assert "max_answer_mb" in refused(saas(users(lambda _asked: big), max_answer_mb=1)).why


def test_a_server_that_sends_a_byte_now_and_then_is_cut_off(saas):
    from threading import Event

    slow = Answer(200, b" " * 500, drip=lambda: Event().wait(0.02))
    failure = refused(saas(users(lambda _asked: slow), timeout_s=0.2))
    assert "no answer in time" in failure.why


def test_a_line_cut_within_any_page_is_tried_again_and_then_unknown(saas, connect):
    def cut(asked: Asked) -> Answer:
        whole = listing(USERS, asked)
        return Answer(200, whole.body, cut_at=len(whole.content) // 2)

    failure = refused(saas(users(cut), attempts=3))
    assert "broke off" in failure.why or "cut" in failure.why
    assert saas.script.methods("/Users").count("GET") == 3
    assert len(connect.waits) == 2


def test_a_line_cut_at_any_request_of_a_read_makes_the_directory_unknown(saas, serve, connect):
    saas(lambda _asked: None).read(silent)
    targets = list(dict.fromkeys(asked.target for asked in saas.script.asked))
    assert len(targets) > 3

    for cut in targets:
        step = lambda a, cut=cut: (  # noqa: E731
            Answer(200, honest(a).body, cut_at=9) if a.target == cut else None
        )
        failure = refused(saas(step, attempts=1))
        assert failure.directory == "saas"


def test_a_line_cut_once_does_no_harm(saas):
    left = [1]

    def once(asked: Asked) -> Answer:
        whole = listing(USERS, asked)
        return Answer(200, whole.body, cut_at=5) if left and left.pop() else whole

    assert len(saas(users(once)).read(silent).accounts) == 3


# --- busy servers ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_left_alone_as_long_as_it_asks(saas, connect, status):
    later = format_datetime((NOW + timedelta(seconds=40)).astimezone(UTC), usegmt=True)
    busy = [Answer(status, None, {"retry-after": hint}) for hint in ("7", later)]
    reader = saas(lambda a: busy.pop(0) if a.path == "/Users" and busy else None)
    assert len(reader.read(silent).accounts) == 3
    assert 7 <= connect.waits[0] <= 8
    assert 40 <= connect.waits[1] <= 41


def test_a_server_that_stays_busy_is_given_up_after_the_attempts(saas, connect):
    failure = refused(saas(users(lambda _asked: Answer(429)), attempts=4))
    assert "HTTP 429" in failure.why
    assert len(connect.waits) == 3
    assert connect.waits == sorted(connect.waits)


def test_what_asks_to_be_left_alone_beyond_the_bound_is_not_waited_for(saas, connect):
    asks = Answer(503, None, {"retry-after": "86400"})
    assert "HTTP 503" in refused(saas(users(lambda _asked: asks))).why
    assert connect.waits == []


# --- the line ----------------------------------------------------------------------------------


@pytest.fixture
def https(connect: Connect, serve, tmp_path):
    def build(*, days: int = 30, names: str = "IP:127.0.0.1", **changes: object):
        make_certificates(tmp_path, days=days, names=names)
        script = serve(honest, tmp_path)
        given = {"ca_file": "ca.crt", "page_size": 2, "allow_plaintext": False, **changes}
        return connect.reader(script.url, **given)

    return build


def test_a_verified_line_is_read(https):
    assert len(https().read(silent).accounts) == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"days": -1}, "expired"),
        ({"names": "DNS:elsewhere.example"}, "certificate not trusted"),
        ({"ca_file": None}, "certificate not trusted"),
    ],
)
def test_a_certificate_that_is_not_right_makes_the_directory_unknown(https, changes, said):
    failure = refused(https(**changes))
    assert said in failure.why
    assert "ca_file" in failure.remedy


def test_a_ca_file_or_a_token_that_is_not_there_is_named(https, saas):
    assert "nowhere.crt" in refused(https(ca_file="nowhere.crt")).why
    assert "nowhere" in refused(saas(lambda _asked: None, token_file="nowhere")).why


@pytest.mark.parametrize("text", ["\ufeffsecret", "secret one\n", "secret\nsecond", "秘密"])
def test_a_token_that_cannot_be_one_says_what_to_look_for_and_is_not_shown(saas, tmp_path, text):
    (tmp_path / "odd").write_text(text, encoding="utf-8")
    reader = saas(lambda _asked: None, token_file="odd")
    failure = refused(reader)
    assert "byte order mark" in failure.why
    assert "secret" not in failure.why
    assert saas.script.asked == []


def test_proxies_of_the_environment_do_not_count(saas, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert len(saas(lambda _asked: None).read(silent).accounts) == 3


def test_a_configured_proxy_is_gone_through(connect, serve):
    seen = serve(honest)
    reader = connect.reader("http://localhost:9", page_size=2, proxy=seen.url)
    assert len(reader.read(silent).accounts) == 3
    assert seen.asked[0].target.startswith("http://localhost:9/")


def test_a_server_that_does_not_say_what_it_can_do_is_still_read(saas):
    missing = lambda a: Answer(404) if a.path == "/ServiceProviderConfig" else None  # noqa: E731
    assert "no ETag" in saas(missing).check()


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://service.example/scim"},
        {"url": "http://service.example/scim", "allow_plaintext": True},
        {"url": "https://user:secret@service.example/"},
        {"url": "https://service.example/?tenant=1"},
        {"url": "https://service.example:99999/"},
        {"url": "service.example"},
        {"token_file": None},
        {"token_env": "X"},
        {"write_token_file": "a", "write_token_env": "B"},
        {"page_size": 1},
        {"staff_number_attribute": "title"},
        {"proxy": "socks5://host"},
    ],
)
def test_options_that_cannot_be_meant_are_faults_of_the_configuration(connect, changes):
    given = {"url": "https://service.example/scim", "allow_plaintext": False, **changes}
    with pytest.raises(ValidationError):
        connect.options(given.pop("url"), **given)


def test_what_is_printed_of_a_half_holds_no_token(connect):
    assert TOKEN not in repr(connect.reader("http://127.0.0.1:9"))
    assert json.dumps(str(connect.writer("http://127.0.0.1:9"))).find(TOKEN) == -1
