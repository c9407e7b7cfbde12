"""A view of a personnel system is read whole, at one moment, with nothing written, or refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from connectors.sql.feed import SqlFeedOptions
from syncd.core.facts import FED, EmploymentStatus, Provides, RosterEntry
from syncd.errors import ConfigurationError, SourceRefused
from tests.fakes.cutting_proxy import CuttingProxy
from tests.fakes.rights_table import RightsTable


def entries(source):
    found = source.read().records
    assert all(isinstance(entry, RosterEntry) for entry in found)
    return {entry.staff_number: entry for entry in found}


def refusal(source):
    with pytest.raises(SourceRefused) as caught:
        source.read()
    return str(caught.value)


def test_blanks_that_pad_char_null_and_days_of_the_database_mean_what_they_say(connect):
    found = entries(connect.source())
    assert set(found) == {"0000001", "0000002"}
    assert (found["0000001"].org_unit, found["0000001"].separated_on) == ("12010", None)
    assert found["0000002"].separated_on == date(2027, 3, 31)
    assert found["0000001"].concurrent_units is None


def test_a_roster_without_a_base_day_is_one_of_the_day_on_which_it_is_read(connect):
    assert connect.source().read().base_on == date(2027, 4, 1)


def test_a_column_of_base_days_says_the_day_itself(connect, database):
    database.run(
        'CREATE VIEW dated AS SELECT \'2027-03-01\' AS "基準日", code AS "職員番号",'
        ' busho AS "所属コード" FROM shain'
    )
    source = connect.source(view="dated", columns={})
    assert source.read().base_on == date(2027, 3, 1)


def test_a_select_serves_in_the_place_of_a_view(connect):
    source = connect.source(
        select="WITH all_of AS (SELECT code, busho FROM shain) SELECT code AS a, busho AS b "
        "FROM all_of -- everybody",
        columns={"職員番号": "a", "所属コード": "B"},
    )
    assert set(entries(source)) == {"0000001", "0000002"}


@pytest.mark.parametrize("provides", sorted(FED - {Provides.ROSTER}))
def test_every_other_kind_of_fact_can_be_a_view(provides, connect, database):
    from connectors.shared.records.rows import FORMS

    needed = [column.name for column in FORMS[provides].columns if column.required]
    values = {"発令日": "2027-04-01", "受講日": "2027-04-01", "発令区分": "退職", "種別": "個人"}
    values["本人番号"] = "2"  # another number than the person's own
    shown = ", ".join(f"'{values.get(name, '1')}' AS \"{name}\"" for name in needed)
    database.run(f"CREATE VIEW other AS SELECT {shown}")
    reading = connect.source(provides, view="other", columns={}).read()
    assert (reading.provides, reading.rows, len(reading.records)) == (provides, 1, 1)


def test_words_of_the_database_are_ours_by_configuration(connect, database):
    database.run(
        'CREATE VIEW w AS SELECT code AS "職員番号", busho AS "所属コード",'
        " CASE WHEN taishoku IS NULL THEN 1 ELSE 9 END AS st FROM shain"
    )
    words = {"在職区分": {"1": "在職", "9": "退職"}}
    source = connect.source(view="w", columns={"在職区分": "st"}, words=words)
    assert entries(source)["0000002"].status is EmploymentStatus.SEPARATED


def test_a_view_that_lacks_columns_says_which_and_what_it_has(connect):
    told = refusal(connect.source(columns={"職員番号": "職員CD", "退職日": "やめた日"}))
    assert "職員CD、やめた日" in told
    assert "社員コード" in told
    assert "lacks" in told


def test_a_required_column_that_nothing_names_is_missed_too(connect):
    assert "職員番号" in refusal(connect.source(columns={}))


def test_a_view_that_is_not_there_is_a_refusal_with_the_code_of_the_database(connect):
    told = refusal(connect.source(view="v_nobody"))
    assert "42P01" in told or "SQLITE_ERROR" in told


def test_columns_that_no_such_kind_has_are_found_at_the_start(connect):
    with pytest.raises(ConfigurationError, match="給料"):
        connect.source(columns={"給料": "pay"})


def test_columns_that_are_not_asked_for_never_leave_the_database(connect, database):
    database.run("UPDATE shain SET note = '123456789018'")
    reading = connect.source().read()
    assert "123456789018" not in repr(reading)


def test_a_view_that_holds_my_numbers_is_refused_and_shows_none(connect, database):
    database.run(
        "INSERT INTO shain VALUES ('11', '1', NULL, '123456789018'), ('12', '1', NULL, '111111111118'),"
        "('13', '1', NULL, '222222222225'), ('14', '1', NULL, '333333333332')"
    )
    told = refusal(connect.source(columns={"職員番号": "社員コード", "氏名": "note"}))
    assert "個人番号" in told
    assert "111111111118" not in told


def test_a_wrong_row_refuses_the_whole_or_is_set_aside(connect, database):
    database.run("UPDATE shain SET busho = '' WHERE code = '2'")
    assert "所属コード" in refusal(connect.source())
    reading = connect.source(on_error="quarantine").read()
    assert (reading.rows, [f.staff_number for f in reading.held]) == (2, ["0000002"])


def test_somebody_who_stands_twice_is_a_contradiction_and_refuses(connect, database):
    database.run("INSERT INTO shain VALUES ('2', '12010', '2027-03-31', NULL)")
    assert "staff number" in refusal(connect.source())


def test_an_empty_view_of_people_is_refused(connect, database):
    database.run("DELETE FROM shain")
    assert "no row" in refusal(connect.source())


def test_a_control_total_of_its_own_must_agree(connect):
    assert connect.source(count="SELECT count(*) FROM shain").read().rows == 2
    assert "3" in refusal(connect.source(count="SELECT 1 + count(*) FROM shain;"))
    assert "count" in refusal(connect.source(count="SELECT code FROM shain"))


def test_more_rows_than_the_limit_are_not_even_fetched(connect):
    assert "most_rows" in refusal(connect.source(most_rows=1))


def test_the_fingerprint_tells_other_content_and_not_another_order(connect, database):
    first = connect.source().fingerprint()
    database.run(
        "UPDATE shain SET note = 'other'",  # a column that is not read
        "CREATE TABLE copied AS SELECT * FROM shain ORDER BY code DESC",
        "DELETE FROM shain",
        "INSERT INTO shain SELECT * FROM copied",
    )
    assert connect.source().fingerprint().sha256 == first.sha256
    database.run("UPDATE shain SET taishoku = '2027-03-30' WHERE code = '2'")
    assert connect.source().fingerprint().sha256 != first.sha256


def test_what_was_read_stands_for_the_next_look_but_never_over_midnight(connect, database):
    source = connect.source(keep_s=86_400)
    assert source.read().rows == 2
    database.run("INSERT INTO shain VALUES ('3', '12010', NULL, NULL)")
    assert source.read().rows == 2
    connect.now += timedelta(days=1)
    assert source.read().rows == 3


@pytest.mark.parametrize(
    "writing",
    [
        "WITH gone AS (DELETE FROM shain RETURNING *) SELECT code AS 職員番号, busho AS 所属コード FROM gone",
        "SELECT code AS 職員番号, busho AS 所属コード FROM empties()",
        "SELECT code AS 職員番号, busho AS 所属コード FROM shain WHERE set_config('transaction_read_only', 'off', false) IS NOT NULL AND (SELECT count(*) FROM empties()) >= 0",
        "SELECT code AS 職員番号, busho AS 所属コード INTO other FROM shain",
        "SELECT code AS 職員番号, busho AS 所属コード FROM shain FOR UPDATE",
    ],
)
def test_a_select_that_would_write_is_refused_by_the_database_itself(writing, on_postgresql):
    connect = on_postgresql(
        *PEOPLE_PG,
        "CREATE FUNCTION empties() RETURNS SETOF shain LANGUAGE sql AS 'DELETE FROM shain RETURNING *'",
    )
    assert refusal(connect.source(select=writing, columns={}))
    assert connect.database.ask("SELECT count(*) FROM shain") == [(2,)]
    assert connect.database.ask("SELECT to_regclass('other')") == [(None,)]


PEOPLE_PG = (
    "CREATE TABLE shain (code char(10), busho char(8), taishoku date)",
    "INSERT INTO shain VALUES ('1', '12010', NULL), ('2', '12010', 'infinity')",
)


@pytest.mark.parametrize(
    "given",
    [
        {"view": "shain; DROP TABLE shain"},
        {"view": "shain WHERE 1=1"},
        {"view": '"a"b"'},
        {"select": "DELETE FROM shain"},
        {"select": "SELECT 1; DELETE FROM shain"},
        {"select": "SELECT 1", "view": "shain"},
        {},
        {"view": "v", "count": "UPDATE shain SET code = '1'"},
        {"view": "v", "url": "mysql://root@localhost/hr"},
        {"view": "v", "url": "postgresql://hr@db.example/hr"},
        {"view": "v", "url": "postgresql://hr:secret@localhost/hr"},
        {"view": "v", "write_user": "root"},
    ],
)
def test_only_the_name_of_a_view_or_one_select_can_be_configured(given):
    with pytest.raises(ValidationError):
        SqlFeedOptions.model_validate({"url": "postgresql://hr@localhost/hr", **given})


@pytest.mark.parametrize("view", ["hr.v_roster", 'hr."発令一覧"', "発令", 'a."b c".d'])
def test_names_of_views_may_be_quoted_and_have_a_schema(view):
    assert SqlFeedOptions.model_validate({"url": "postgresql://hr@localhost/hr", "view": view})


def test_infinity_moments_with_zones_arrays_and_numbers_mean_what_they_say(on_postgresql):
    connect = on_postgresql(
        "CREATE SCHEMA hr",
        "CREATE TABLE hr.p (no integer, a numeric(8,2), posts text[], ends timestamptz, left_on date)",
        "INSERT INTO hr.p VALUES (1, 12010.00, '{20010,20020}', '2027-03-31 15:00+00', 'infinity')",
        'CREATE VIEW hr."名簿: 全員" AS SELECT * FROM hr.p',
    )
    columns = {"職員番号": "NO", "所属コード": "a", "兼務所属コード": "posts"}
    columns |= {"任期満了日": "ends", "退職日": "left_on"}
    found = entries(connect.source(view='hr."名簿: 全員"', columns=columns))["0000001"]
    assert (found.org_unit, found.concurrent_units) == ("12010", ("20010", "20020"))
    assert (found.term_ends_on, found.separated_on) == (date(2027, 4, 1), None)


def test_values_that_are_no_text_are_faults_of_their_column(on_postgresql):
    connect = on_postgresql(
        'CREATE TABLE p ("職員番号" text, "所属コード" text, "氏名" bytea)',
        "INSERT INTO p VALUES ('1', '1', '\\x00')",
    )
    assert "氏名" in refusal(connect.source(view="p", columns={}))


def test_rows_that_row_security_hides_are_no_shorter_roster(on_postgresql, postgres):
    connect = on_postgresql(
        *PEOPLE_PG,
        f"CREATE ROLE reader_{postgres.count} LOGIN",
        f"GRANT SELECT ON shain TO reader_{postgres.count}",
        "ALTER TABLE shain ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY own ON shain USING (code = '1')",
    )
    url = connect.database.url.replace("postgres@", f"reader_{postgres.count}@")
    columns = {"職員番号": "code", "所属コード": "busho"}
    told = refusal(connect.source(url=url, view="shain", columns=columns))
    assert "BYPASSRLS" in told


def test_a_statement_that_takes_too_long_is_stopped(on_postgresql):
    connect = on_postgresql(*PEOPLE_PG)
    slow = "SELECT code AS 職員番号, busho AS 所属コード, pg_sleep(60) AS s FROM shain"
    told = refusal(connect.source(select=slow, columns={"氏名": "s"}, statement_timeout_s=0.2))
    assert "57014" in told
    assert "statement_timeout_s" in told


def test_count_and_rows_come_from_one_moment(on_postgresql):
    """Whoever is added between the count and the rows is in neither."""
    from connectors.shared.records.rows import FORMS
    from connectors.sql.feed.asking import Asking
    from connectors.sql.line import reading

    connect = on_postgresql(*PEOPLE_PG)
    options = SqlFeedOptions.model_validate(
        {"url": connect.database.url, "view": "shain"}
        | {"columns": {"職員番号": "code", "所属コード": "busho"}}
    )
    with reading(options, connect.folder) as connection:
        asking = Asking(options, FORMS[Provides.ROSTER].columns, connection)
        assert asking._counted() == 2
        connect.database.run("INSERT INTO shain VALUES ('3', '1', NULL)")
        assert len(asking.gathered().rows) == 2


def test_a_read_that_is_cut_anywhere_is_refused_and_never_shorter(on_postgresql, postgres):
    connect = on_postgresql(*PEOPLE_PG)
    columns = {"職員番号": "code", "所属コード": "busho"}
    plain = connect.database.url
    whole = CuttingProxy(postgres.port, None)
    url = plain.replace(f":{postgres.port}/", f":{whole.port}/")
    assert connect.source(url=url, view="shain", columns=columns).read().rows == 2
    whole.close()
    refused = 0
    for limit in range(1, whole.passed, max(1, whole.passed // 30)):
        proxy = CuttingProxy(postgres.port, limit)
        url = plain.replace(f":{postgres.port}/", f":{proxy.port}/")
        try:
            assert connect.source(url=url, view="shain", columns=columns).read().rows == 2
        except SourceRefused:
            refused += 1
        proxy.close()
    assert refused >= 28


def test_a_password_stands_in_its_file_and_in_no_message(on_postgresql, tmp_path):
    connect = on_postgresql(*PEOPLE_PG)
    (tmp_path / "pw").write_text("very-secret\n")
    url = connect.database.url.replace("/syncd", "/no_such_syncd")
    told = refusal(connect.source(url=url, password_file="pw"))
    assert "very-secret" not in told
    told = refusal(connect.source(password_file="missing"))
    assert "missing" in told


def test_a_file_of_sqlite_that_is_not_there_is_refused_and_not_made(tmp_path):
    from tests.connectors.sql.feed.conftest import Connect

    connect = Connect(RightsTable("sqlite:///none.db"), tmp_path)
    assert "none.db" in refusal(connect.source())
    assert not (tmp_path / "none.db").exists()
