"""Any JSON API by configuration: every style of pages is read whole, or the read is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.http import HttpFeedOptions
from connectors.shared.feeds.json_paths import parse_path
from syncd.core.facts import EmploymentStatus
from syncd.errors import ConfigurationError, SourceRefused
from tests.connectors.http.conftest import FIELDS, TOKEN, URL, Service
from tests.fakes.http_script import Answer, HttpScript

STYLES = {
    "link": {"paging": "link", "total_header": "X-Total"},
    "next": {"paging": "next", "next": "next", "rows": "people"},
    "cursor": {"paging": "cursor", "next": "cursor", "rows": "people", "cursor_param": "after"},
    "page": {"paging": "page", "rows": "people", "total": "count"},
    "page without total": {"paging": "page", "rows": "people"},
    "offset": {"paging": "offset", "rows": "people", "total": "count"},
    "offset without total": {"paging": "offset", "rows": "people"},
}


def refused(source) -> str:
    with pytest.raises(SourceRefused) as failed:
        source.read()
    told = " ".join(str(fault) for fault in failed.value.faults)
    assert TOKEN not in f"{failed.value} {failed.value.__cause__!r}"
    return told


def serve(service, style: str, size: int, changed=lambda body: body) -> None:
    """Answer in a style of pages, never more than `size` rows whatever was asked."""

    def answer(query):
        people = service.people
        kind = style.split(maxsplit=1)[0]
        key = {"link": "p", "next": "p", "cursor": "after", "page": "page", "offset": "offset"}[
            kind
        ]
        place = int(query.get(key, "1" if kind == "page" else "0"))
        at = place if kind == "offset" else (place - 1) * size if kind == "page" else place * size
        shown = people[at : at + size]
        after = place + 1 if at + size < len(people) else None
        url = f"{URL}?p={after}"
        headers = {"X-Total": str(len(people))}
        if kind == "link":
            return 200, headers | ({"Link": f'<{url}>; rel="next"'} if after else {}), shown
        body = {
            "people": shown,
            "count": len(people),
            "next": url if after else None,
            "cursor": after,
        }
        return 200, headers, changed(body)

    service.answer = answer


@pytest.mark.parametrize("style", STYLES)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(count=st.integers(1, 30), size=st.integers(1, 12))
def test_every_style_reads_everybody_whatever_the_size_of_a_page(
    connect, service, style, count, size
):
    service.people = [service.person(n) for n in range(1, count + 1)]
    serve(service, style, size)
    numbers = [r.staff_number for r in connect.source(**STYLES[style]).read().records]
    assert numbers == [f"{n:07}" for n in range(1, count + 1)]


@pytest.mark.parametrize("style", STYLES)
def test_somebody_shifted_out_of_sight_is_found_in_every_style(connect, service, style):
    serve(service, style, 3)
    inner, moved = service.answer, []

    def answer(query):
        if len(service.asked) == 2 and not moved:
            moved.append(True)
            del service.people[0]
            service.people.append(service.person(99))
        return inner(query)

    service.answer = answer
    numbers = {r.staff_number for r in connect.source(**STYLES[style]).read().records}
    assert numbers == {f"{n:07}" for n in [*range(2, 8), 99]}


@pytest.mark.parametrize("style", ["next", "cursor"])
def test_a_sign_of_the_next_page_that_is_gone_is_no_end(connect, service, style):
    gone = STYLES[style]["next"]
    serve(service, style, 3, lambda body: {k: v for k, v in body.items() if k != gone})
    assert "another form" in refused(connect.source(**STYLES[style]))
    with_total = {**STYLES[style], "next": f"{gone}?", "total": "count"}
    assert "7 rows and gave 3" in refused(connect.source(**with_total))


def test_a_lost_link_is_found_by_the_total(connect, service):
    service.answer = lambda _: (200, {"X-Total": "7"}, service.people[:3])
    assert "7 rows and gave 3" in refused(connect.source(**STYLES["link"]))


def test_more_pages_than_the_configuration_follows_are_refused(connect, service):
    service.answer = lambda _: (200, {"Link": f'<{URL}?p=2>; rel="next"'}, service.people[:3])
    assert "configure paging" in refused(connect.source())


def test_a_service_that_ignores_the_page_is_refused(connect, service):
    service.answer = lambda _: (200, {}, {"people": service.people})
    assert "twice" in refused(connect.source(**STYLES["page without total"]))


@pytest.mark.parametrize("body", [{}, {"people": None}, {"people": {}}, [], None, {"people": "x"}])
def test_a_list_that_is_not_where_it_should_be_is_refused(connect, service, body):
    service.answer = lambda _: (200, {}, body)
    refused(connect.source(rows="people"))


@pytest.mark.parametrize("total", [None, "many", -1, True, 1.5])
def test_a_total_that_is_none_is_refused(connect, service, total):
    service.answer = lambda _: (200, {}, {"people": service.people, "count": total})
    assert "total" in refused(connect.source(rows="people", total="count"))


def test_an_empty_roster_is_refused(connect, service):
    service.people = []
    assert "no row" in refused(connect.source())


def test_fields_words_and_lists_become_cells(connect, service):
    service.people = [
        {
            "code": 12,
            "main": {"unit": "100"},
            "posts": [{"unit": "200"}, {"unit": None}, {"unit": "300"}],
            "state": "leave",
            "left_on": "2027-06-30T00:00:00+09:00",
        }
    ]
    fields = {**FIELDS, "在職区分": "state"}
    reading = connect.source(fields=fields, words={"在職区分": {"leave": "休職"}}).read()
    (entry,) = reading.records
    assert (entry.staff_number, entry.concurrent_units) == ("0000012", ("200", "300"))
    assert (entry.status, entry.separated_on) == (EmploymentStatus.SUSPENDED, date(2027, 6, 30))
    assert reading.base_on == date(2027, 4, 1)


@pytest.mark.parametrize("gone", ["code", "main", "posts"])
def test_a_field_that_is_gone_is_never_an_empty_one(connect, service, gone):
    del service.people[3][gone]
    assert "line 4" in refused(connect.source())


def test_orders_and_other_kinds_are_read_too(connect, service):
    service.answer = lambda _: (
        200,
        {},
        {"d": [{"no": "1", "on": "2027-04-01", "k": "異動", "who": "3", "to": "200"}]},
    )
    fields = {
        "発令番号": "no",
        "発令日": "on",
        "発令区分": "k",
        "職員番号": "who",
        "所属コード": "to",
    }
    (order,) = connect.source("orders", rows="d", fields=fields).read().records
    assert (order.order_number, order.effective_on) == ("1", date(2027, 4, 1))


def test_the_proof_goes_where_the_service_wants_it(connect, service):
    connect.source().read()
    assert service.headers["Authorization"] == f"Bearer {TOKEN}"
    connect.source(auth="header", auth_header="Kaonavi-Token").read()
    assert service.headers["Kaonavi-Token"] == TOKEN
    assert "Authorization" not in service.headers
    connect.source(auth="basic", username="syncd").read()
    assert service.headers["Authorization"] == "Basic c3luY2Q6dDBwLXNlY3JldA=="


def test_the_day_of_the_read_can_be_asked_for(connect, service):
    connect.source(query={"base_date": "{today}", "state": "all"}).read()
    assert service.asked == [{"base_date": "2027-04-01", "state": "all"}]


def test_a_header_with_seconds_is_waited_for(connect, service):
    answers = iter([(429, {"X-Reset": "7"}, None), (200, {}, service.people)])
    service.answer = lambda _: next(answers)
    assert connect.source(reset_header="X-Reset").read().rows == 7
    assert 7 <= connect.waits[0] <= 8


def test_a_service_on_a_real_socket_is_read_whole(connect):
    people = [Service.person(n) for n in range(1, 8)]

    def answer(asked):
        place = int(asked.query.get("offset", "0"))
        assert asked.headers["authorization"] == f"Bearer {TOKEN}"
        return Answer(200, {"people": people[place : place + 2], "count": 7})

    server = HttpScript(answer)
    try:
        url = f"{server.url}/people"
        given = {**STYLES["offset"], "size": 5, "size_param": "limit"}
        reading = connect.source(url=url, allow_plaintext=True, **given).read()
    finally:
        server.stop()
    assert (reading.rows, reading.fingerprint.where) == (7, url)
    assert [asked.query["limit"] for asked in server.asked] == ["5"] * 8


@pytest.mark.parametrize(
    "wrong",
    [
        {"paging": "link"},
        {"paging": "next"},
        {"next": "a"},
        {"paging": "next", "next": "a?"},
        {"total": "a", "total_header": "b"},
        {"auth": "header"},
        {"auth": "basic"},
        {"username": "x"},
        {"fields": {}},
        {"fields": {"職員番号": "a..b"}},
        {"fields": {"職員番号": "$"}},
        {"words": {"在職区分": {}}},
        {"rows": "a["},
        {"url": "http://hr.example/"},
        {"url": f"{URL}?token=x"},
        {"token_env": "T"},
        {"auth_header": "a\nb"},
    ],
)
def test_what_cannot_be_meant_is_a_fault_of_the_configuration(wrong):
    given = {"url": URL, "token_file": "token", "fields": FIELDS, **wrong}
    with pytest.raises(ValidationError):
        HttpFeedOptions.model_validate(given)


def test_columns_that_do_not_exist_or_are_needed_are_named(connect):
    with pytest.raises(ConfigurationError, match="所属"):
        connect.source(fields={"職員番号": "code"})
    with pytest.raises(ConfigurationError, match="部署"):
        connect.source(fields={**FIELDS, "部署": "x"})


def test_paths_walk_keys_places_and_lists():
    found = {"a": [{"b": 1}, {"b": None}, {"b": 3}]}
    assert parse_path("a[0].b").found(found) == 1
    assert parse_path("a[9].b").found(found) is None
    assert parse_path("$.a[*].b").found(found) == [1, None, 3]
    assert parse_path("a[1:].b").found(found) == [None, 3]
    assert parse_path("x.y?").found(found) is None
