"""Whatever goes wrong with SmartHR refuses the read, in our words: never a smaller roster."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import requests
from urllib3.exceptions import ProtocolError

from syncd.errors import SourceRefused
from tests.fakes.http_script import Answer
from tests.fakes.smarthr import TENANT, TOKEN

BUSY = {"code": 6, "type": "too_many_requests", "message": "山田"}
MAINTENANCE = {"code": 9, "type": "maintenance", "message": "山田"}


def refused(source) -> str:
    with pytest.raises(SourceRefused) as failed:
        source.read()
    told = " ".join(str(fault) for fault in failed.value.faults)
    for kept in (TOKEN, "山田", "ヤマダ"):
        assert kept not in f"{failed.value} {failed.value.__cause__!r} {told}"
    assert failed.value.where == f"{TENANT}/api/v1/crews"
    assert " / " in told
    return told


def at(page: int, answer, times: int = 10**6):
    """Answer so at a page of people, so many times."""
    left = [times]

    def step(name, asked, _before):
        if name != "crews" or asked != page or not left[0]:
            return None
        left[0] -= 1
        return answer

    return step


# --- pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("stated", ["249", "251", "300"])
def test_a_count_that_is_not_the_total_voids_the_read(connect, tenant, stated):
    tenant.step = lambda name, page, _: (
        tenant.page(name, page, **{"x-total-count": stated}) if name == "crews" else None
    )
    assert "250" in refused(connect.source())


def test_a_total_that_changes_between_pages_voids_the_read(connect, tenant):
    tenant.step = at(2, tenant.page("crews", 2, **{"x-total-count": "249"}))
    assert "total changed" in refused(connect.source())


def test_a_person_who_comes_twice_voids_the_read(connect, tenant):
    tenant.lists["crews"][150] = tenant.lists["crews"][3]
    assert "twice" in refused(connect.source())


def test_two_people_of_one_number_void_the_read_even_where_they_are_alike(connect, tenant):
    tenant.lists["crews"][150] = {**tenant.lists["crews"][3], "id": "c-other"}
    assert "職員番号" in refused(connect.source())


def test_somebody_shifted_out_of_sight_between_two_pages_is_found(connect, tenant):
    """One leaves the first page and one joins at the end: total and ids of the pass agree."""

    def step(name, page, _before):
        if (name, page) == ("crews", 2) and not tenant.moved:
            tenant.moved = True
            del tenant.lists["crews"][0]
            tenant.add_crew(999)

    tenant.moved, tenant.step = False, step
    reading = connect.source().read()
    numbers = {record.staff_number for record in reading.records}
    assert numbers == {f"{n:07}" for n in [*range(2, 251), 999]}


def test_a_list_that_never_stands_still_is_refused_in_the_end(connect, tenant):
    def step(name, page, _before):
        if (name, page) == ("crews", 2):
            tenant.lists["crews"].append(tenant.lists["crews"].pop(0))

    tenant.step = step
    refused(connect.source())
    assert [page for name, page in tenant.asked if name == "crews"].count(1) <= 6


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://evil.example/api/v1/crews?page=2", "another host"),
        ("http://city.smarthr.jp/api/v1/crews?page=2", "another host"),
        ("https://city.smarthr.jp@evil.example/api/v1/crews", "another host"),
        ("//evil.example/crews", "another host"),
        (f"{TENANT}/api/v1/crews?page=1&per_page=100", "circle"),
        (f"{TENANT}/api/v1/crews?page=2&per_page=100", "circle"),
    ],
)
def test_a_link_to_another_host_or_in_a_circle_is_refused(connect, tenant, link, said):
    tenant.step = at(2, tenant.page("crews", 2, link=f'<{link}>; rel="next"'))
    assert said in refused(connect.source())


def test_a_page_without_people_before_the_last_is_refused(connect, tenant):
    page = tenant.page("crews", 2)
    tenant.step = at(2, Answer(200, [], page.headers))
    assert "empty" in refused(connect.source())


def test_an_empty_list_of_people_is_refused(connect, tenant):
    tenant.lists["crews"].clear()
    assert "no row" in refused(connect.source())


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"crews": []}', b"<html>", b"[" * 100_000])
def test_an_answer_that_is_no_list_is_refused(connect, tenant, body):
    tenant.step = at(2, Answer(200, body, {"x-total-count": "250"}))
    refused(connect.source())


def test_a_page_without_a_total_is_refused(connect, tenant):
    page = tenant.page("crews", 2)
    del page.headers["x-total-count"]
    tenant.step = at(2, page)
    assert "x-total-count" in refused(connect.source())


def test_a_redirect_is_not_followed(connect, tenant):
    tenant.step = at(2, Answer(302, None, {"location": "https://evil.example/"}))
    assert "points elsewhere" in refused(connect.source())


def test_an_answer_that_is_too_large_is_refused(connect, tenant):
    tenant.step = at(2, Answer(200, b"[" + b" " * 1_100_000 + b"]"))
    assert "max_answer_mb" in refused(connect.source(max_answer_mb=1))


def test_more_rows_than_anybody_expects_are_refused(connect, tenant):
    assert "most_rows" in refused(connect.source(most_rows=150))


def test_midnight_within_the_read_begins_it_anew(connect, tenant):
    def step(name, page, _before):
        if (name, page) == ("crews", 3):
            connect.now += timedelta(days=1)

    tenant.step = step
    assert "midnight" in refused(connect.source())


# --- the rows ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field", ["emp_code", "emp_status", "departments", "resigned_at", "employment_type"]
)
def test_a_field_that_is_gone_is_never_an_empty_one(connect, tenant, field):
    for crew in tenant.lists["crews"]:
        del crew[field]
    refused(connect.source())


@pytest.mark.parametrize(
    "changes",
    [
        {"emp_status": "on_loan"},
        {"emp_status": None},
        {"emp_code": None},
        {"resigned_at": "2027-02-30"},
        {"departments": []},
    ],
)
def test_a_person_who_cannot_be_understood_refuses_the_roster(connect, tenant, changes):
    tenant.add_crew(700, **changes)
    refused(connect.source())


def test_a_faulty_person_can_be_set_aside_and_is_unknown(connect, tenant):
    tenant.add_crew(700, resigned_at="2027-02-30")
    reading = connect.source(on_error="quarantine").read()
    assert [fault.staff_number for fault in reading.held] == ["0000700"]
    assert (reading.rows, len(reading.records)) == (251, 250)


@pytest.mark.parametrize("number", [None, "", "-", "未定"])
def test_a_person_without_a_staff_number_can_be_set_aside_alone(connect, tenant, number):
    """Somebody whose number HR has not given yet must not cost the city its roster."""
    tenant.add_crew(700, emp_code=number)
    assert "職員番号" in refused(connect.source())
    reading = connect.source(on_error="quarantine").read()
    assert [(f.line, f.column, f.staff_number) for f in reading.held] == [(251, "職員番号", None)]
    assert (reading.rows, len(reading.records)) == (251, 250)


def test_a_tenant_in_which_nobody_has_a_number_is_no_roster(connect, tenant):
    for crew in tenant.lists["crews"]:
        crew["emp_code"] = None
    with pytest.raises(SourceRefused):
        connect.source(on_error="quarantine").read()


def test_a_department_that_is_in_no_list_is_refused(connect, tenant):
    tenant.add_crew(700, "d77")
    assert "its list lacks" in refused(connect.source())


def test_a_department_without_code_says_what_to_do(connect, tenant):
    tenant.lists["departments"][0]["code"] = None
    assert "department_key" in refused(connect.source())
    entry = connect.source(department_key="id").read().records[0]
    assert entry.org_unit == "d0"


def test_my_numbers_anywhere_in_the_answer_refuse_it_and_are_not_shown(connect, tenant):
    numbers = ["123456789018", "111111111118", "222222222225", "333333333332"]
    for crew, number in zip(tenant.lists["crews"], numbers, strict=False):
        crew["custom_fields"] = [{"value": number}]
    told = refused(connect.source())
    assert "My Numbers" in told
    assert not any(number in told for number in numbers)


# --- patience ----------------------------------------------------------------------------------


def test_a_limit_is_waited_for_as_many_seconds_as_it_states(connect, tenant):
    tenant.step = at(2, Answer(429, BUSY, {"x-rate-limit-reset": "40"}), times=2)
    assert connect.source().read().rows == 250
    assert [40 <= wait <= 41 for wait in connect.waits] == [True, True]


def test_a_limit_beyond_our_patience_is_not_waited_for(connect, tenant):
    tenant.step = at(2, Answer(429, BUSY, {"x-rate-limit-reset": "3600"}))
    assert "HTTP 429" in refused(connect.source(longest_wait_s=120))
    assert connect.waits == []


def test_a_reset_that_is_told_beside_another_fault_is_not_waited_for(connect, tenant):
    tenant.step = at(2, Answer(502, None, {"x-rate-limit-reset": "3000"}), times=1)
    assert connect.source().read().rows == 250
    assert connect.waits[0] <= 1


def test_no_wait_is_longer_than_the_limit(connect, tenant):
    tenant.step = at(2, Answer(429, BUSY, {"x-rate-limit-reset": "120"}))
    refused(connect.source(longest_wait_s=120, attempts=8))
    assert connect.waits == [120] * 7


def test_maintenance_is_told_as_such_and_not_waited_for(connect, tenant):
    tenant.step = at(2, Answer(503, MAINTENANCE))
    assert "maintenance" in refused(connect.source())
    assert connect.waits == []


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_service_is_tried_again_with_waits_that_double_and_spread(connect, tenant, status):
    tenant.step = at(2, Answer(status, {"code": 1}))
    assert f"HTTP {status}" in refused(connect.source(attempts=4))
    assert [n / 2 <= wait <= n for n, wait in zip((1, 2, 4), connect.waits, strict=True)] == [
        True
    ] * 3


def test_a_line_that_is_cut_is_tried_again(connect, tenant):
    cut = requests.exceptions.ConnectionError(ProtocolError("cut"))
    tenant.step = at(2, Answer(200, cut), times=2)
    assert connect.source().read().rows == 250


@pytest.mark.parametrize(
    "error", [requests.exceptions.SSLError("山田"), requests.exceptions.ConnectionError("山田")]
)
def test_a_line_that_never_stood_is_refused_at_once(connect, tenant, error):
    tenant.step = at(1, Answer(200, error))
    refused(connect.source())
    assert connect.waits == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 500])
def test_a_refusal_says_what_to_do(connect, tenant, status):
    tenant.step = at(2, Answer(status, {"code": 2, "message": "山田"}))
    assert f"HTTP {status}" in refused(connect.source())


# --- going on ----------------------------------------------------------------------------------


def test_after_a_broken_line_the_next_try_goes_on_where_it_stood(connect, tenant):
    source = connect.source(attempts=1)
    tenant.step = at(3, Answer(503, {"code": 1}), times=1)
    refused(source)
    tenant.asked.clear()
    assert source.read().rows == 250
    assert tenant.asked == [("crews", page) for page in (3, 1, 2, 3)]


def test_pages_kept_from_a_broken_try_are_proved_before_they_count(connect, tenant):
    source = connect.source(attempts=1)
    tenant.step = at(3, Answer(503, {"code": 1}), times=1)
    refused(source)
    del tenant.lists["crews"][0]
    tenant.add_crew(999)
    numbers = {record.staff_number for record in source.read().records}
    assert numbers == {f"{n:07}" for n in [*range(2, 251), 999]}


def test_pages_are_not_kept_for_long(connect, tenant):
    source = connect.source(attempts=1, keep_s=600)
    tenant.step = at(3, Answer(503, {"code": 1}), times=1)
    refused(source)
    connect.now += timedelta(seconds=601)
    tenant.asked.clear()
    source.read()
    assert tenant.asked[0] == ("departments", 1)


# --- the token ---------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "shr_ü", "a\nb", None])
def test_a_token_that_is_none_is_refused_before_anything_is_asked(connect, tenant, token):
    path = connect.folder / "token"
    path.unlink() if token is None else path.write_text(token)
    refused(connect.source())
    assert tenant.asked == []


def test_a_new_token_counts_at_once(connect, tenant):
    source = connect.source(keep_s=0)
    tenant.token = "shr_new"
    assert "HTTP 401" in refused(source)
    (connect.folder / "token").write_text("shr_new")
    assert source.read().rows == 250


def test_no_repr_holds_the_token_or_a_name(connect, tenant):
    source = connect.source()
    source.read()
    assert TOKEN not in repr(source)
    assert "山田" not in repr(source)
    assert TOKEN not in json.dumps(source.options.model_dump(mode="json"))
