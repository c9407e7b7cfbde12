"""People, departments and employment types of SmartHR become a roster of the day of the read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.smarthr import SmartHrOptions, SmartHrSourceType
from syncd.core.facts import EmploymentStatus, Provides
from syncd.errors import ConfigurationError
from syncd.ports.source import SourceContext
from tests.fakes.http_script import HttpScript
from tests.fakes.smarthr import TENANT, TOKEN, SmartHr


def test_a_tenant_on_a_real_socket_is_read_whole(connect):
    tenant = SmartHr()
    for number in range(1, 231):
        tenant.add_crew(number)
    server = HttpScript(tenant.over_sockets)
    tenant.url = server.url
    try:
        reading = connect.source(url=server.url, allow_plaintext=True).read()
    finally:
        server.stop()
    assert reading.rows == 230
    assert {r.staff_number for r in reading.records} == {f"{n:07}" for n in range(1, 231)}
    assert reading.base_on == date(2027, 4, 1)
    assert reading.fingerprint.where == f"{server.url}/api/v1/crews"


def test_a_person_becomes_an_entry_of_the_roster(connect, tenant):
    tenant.lists["crews"].clear()
    tenant.add_crew(
        *(12, "d1", "d2", "d0"),
        emp_status="absent",
        employment_type={"id": "t2", "name": "任期付"},
        contract_end_on="2027-06-30",
        business_last_name="佐藤",
    )
    (entry,) = connect.source().read().records
    assert (entry.staff_number, entry.name, entry.kana) == (
        "0000012",
        "佐藤\u3000花12",
        "ヤマダ\u3000ハナ",
    )
    assert (entry.org_unit, entry.org_unit_name, entry.title) == ("101", "第1課", "主事")
    assert entry.concurrent_units == ("102", "100")
    assert (entry.employment_type, entry.status) == ("任期付", EmploymentStatus.SUSPENDED)
    assert (entry.hired_on, entry.term_ends_on) == (date(2020, 4, 1), date(2027, 6, 30))


def test_people_who_left_are_in_it_with_their_last_day(connect, tenant):
    tenant.add_crew(900, emp_status="retired", resigned_at="2027-03-31", departments=[])
    left = next(r for r in connect.source().read().records if r.staff_number == "0000900")
    assert (left.status, left.separated_on) == (EmploymentStatus.SEPARATED, date(2027, 3, 31))
    assert left.org_unit is None


def test_departments_are_sections_with_what_stands_above_them(connect, tenant):
    tenant.lists["departments"].append(
        {
            "id": "d9",
            "code": "109",
            "name": "係",
            "parent": {"id": "d1", "code": "101"},
            "position": 4,
        }
    )
    units = connect.source("org_units").read().records
    assert [unit.code for unit in units] == ["100", "101", "102", "109"]
    assert (units[3].parent, units[3].rank) == ("101", 4)


def test_pages_of_100_are_asked_for_and_lists_of_several_pages_are_read_twice(connect, tenant):
    connect.source().read()
    crews = [page for name, page in tenant.asked if name == "crews"]
    assert crews == [1, 2, 3, 1, 2, 3]
    assert [name for name, _ in tenant.asked[:2]] == ["departments", "employment_types"]


def test_an_unchanged_tenant_has_the_fingerprint_of_before_and_a_changed_one_another(
    connect, tenant
):
    first = connect.source().fingerprint()
    tenant.lists["crews"].reverse()
    tenant.lists["crews"][0]["updated_at"] = "2027-04-01T00:00:00Z"
    assert connect.source().fingerprint().sha256 == first.sha256
    tenant.lists["crews"][0]["departments"] = [{"id": "d2"}]
    assert connect.source().fingerprint().sha256 != first.sha256


def test_what_was_read_stands_for_a_while_and_never_over_midnight(connect, tenant):
    source = connect.source(keep_s=1800)
    connect.now -= timedelta(minutes=10)  # 23:55 of the day before
    assert source.fingerprint() == source.read().fingerprint
    once = len(tenant.asked)
    source.read()
    assert len(tenant.asked) == once
    connect.now += timedelta(minutes=10)
    assert source.read().base_on == date(2027, 4, 1)
    assert len(tenant.asked) == 2 * once


def test_requests_keep_to_ten_a_second(connect, tenant):
    connect.source(pause_s=0.1).read()
    assert connect.waits == [0.1] * (len(tenant.asked) - 1)
    assert SmartHrOptions(url=TENANT, token_env="T").pause_s == 0.1


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(count=st.integers(1, 420))
def test_every_person_is_read_however_many_there_are(connect, tenant, count):
    tenant.lists["crews"].clear()
    for number in range(1, count + 1):
        tenant.add_crew(number)
    assert connect.source().read().rows == count


def test_the_token_goes_over_verified_tls_only_and_never_into_a_name(connect):
    for url in (
        "http://city.smarthr.jp",
        "http://127.0.0.1:1",
        f"https://x:{TOKEN}@city.smarthr.jp",
    ):
        with pytest.raises(ValidationError):
            SmartHrOptions(url=url, token_file="token")
    assert SmartHrOptions(url="http://127.0.0.1:1", token_file="t", allow_plaintext=True)
    with pytest.raises(ValidationError):
        SmartHrOptions(url="http://hr.example", token_file="t", allow_plaintext=True)


def test_it_provides_rosters_and_sections_and_needs_a_clock(connect, tmp_path):
    options = SmartHrOptions(url=TENANT, token_file="token")
    with pytest.raises(ConfigurationError, match="roster or org_units"):
        SmartHrSourceType.build(options, SourceContext("hr", Provides.ORDERS, tmp_path, 7, {}))
    with pytest.raises(ConfigurationError, match="clock"):
        SmartHrSourceType.build(options, SourceContext("hr", Provides.ROSTER, tmp_path, 7, {}))
