"""Each kind of input: its columns, what must be there, and the record that comes out."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.core.facts import (
    AccountKind,
    Designation,
    EmploymentStatus,
    Entitlement,
    ListedAccount,
    Order,
    OrderCount,
    OrgUnit,
    PersonLink,
    RosterEntry,
    TrainingRecord,
)
from tests.connectors.file.conftest import ReadRows, RefuseRows

ROSTER = ["基準日", "職員番号", "氏名", "フリガナ", "職員区分", "所属コード", "所属名", "職名"]
ROSTER += ["兼務所属コード", "在職区分", "採用日", "任期満了日", "退職日"]
PERSON = ["R7.4.1", "123", "髙﨑　花子 ", "ﾀｶｻｷ ﾊﾅｺ", "正規", "１２０１０", "税務課", "主事"]
ORDERS = ["発令番号", "発令日", "発令区分", "職員番号", "氏名", "所属コード", "職名", "終了日"]
ORDERS += ["対象発令番号", "発令確定"]


def test_a_roster_row_becomes_an_entry_with_its_texts_as_received(read_rows: ReadRows) -> None:
    row = [*PERSON, "12020；13010", "休職", "H7.4.1", "99999999", "R8.3.31"]
    reading = read_rows("roster", [ROSTER, row])
    assert reading.base_on == date(2025, 4, 1)
    assert reading.records == (
        RosterEntry(
            staff_number="0000123",
            name="髙﨑　花子",
            kana="ﾀｶｻｷ ﾊﾅｺ",
            employment_type="正規",
            org_unit="12010",
            org_unit_name="税務課",
            title="主事",
            concurrent_units=("12020", "13010"),
            status=EmploymentStatus.SUSPENDED,
            status_word="休職",
            hired_on=date(1995, 4, 1),
            term_ends_on=None,
            separated_on=date(2026, 3, 31),
            source="s",
            line=2,
        ),
    )


def test_a_roster_without_the_column_says_nothing_about_concurrent_posts(
    read_rows: ReadRows,
) -> None:
    rows = [["基準日", "職員番号", "所属コード"], ["R7.4.1", "1", "12010"]]
    (entry,) = read_rows("roster", rows).records
    assert entry.concurrent_units is None
    assert entry.status is EmploymentStatus.AT_WORK


def test_only_those_who_are_not_at_work_may_lack_a_section(
    read_rows: ReadRows, refuse_rows: RefuseRows
) -> None:
    header = ["基準日", "職員番号", "所属コード", "在職区分"]
    assert read_rows("roster", [header, ["R7.4.1", "1", "", "派遣"]]).records[0].org_unit is None
    (fault,) = refuse_rows("roster", [header, ["R7.4.1", "1", "", "在職"]])
    assert fault.column == "所属コード"


def test_an_unknown_word_of_employment_is_a_fault_that_names_the_known_ones(
    refuse_rows: RefuseRows,
) -> None:
    header = ["基準日", "職員番号", "所属コード", "在職区分"]
    (fault,) = refuse_rows("roster", [header, ["R7.4.1", "1", "12010", "在藉"]])
    assert (fault.column, fault.value) == ("在職区分", "在藉")
    assert "在職" in fault.expected


def test_an_order_row_becomes_an_order(read_rows: ReadRows) -> None:
    row = ["Ｒ７-１２", "5070401", " 配置換 ", "１２３", "山田", "12010", "係長", "", "", ""]
    assert read_rows("orders", [ORDERS, row]).records == (
        Order(
            order_number="R7-12",
            effective_on=date(2025, 4, 1),
            kind="配置換",
            staff_number="0000123",
            name="山田",
            org_unit="12010",
            title="係長",
            ends_on=None,
            target=None,
            confirmed=True,
            source="s",
            line=2,
        ),
    )


def test_an_order_kind_that_nobody_knows_is_passed_on_for_the_core_to_hold(
    read_rows: ReadRows,
) -> None:
    row = ["1", "R7.4.1", "謎の発令", "1", "", "", "", "", "", ""]
    assert read_rows("orders", [ORDERS, row]).records[0].kind == "謎の発令"


@pytest.mark.parametrize(("word", "confirmed"), [("", True), ("確定", True), ("内示", False)])
def test_an_advance_notice_is_no_confirmed_order(
    word: str, confirmed: bool, read_rows: ReadRows
) -> None:
    row = ["1", "R7.4.1", "配置換", "1", "", "12010", "", "", "", word]
    assert read_rows("orders", [ORDERS, row]).records[0].confirmed is confirmed


@pytest.mark.parametrize("kind", ["取消", "訂正"])
def test_an_order_about_another_needs_its_number_and_no_day(
    kind: str, read_rows: ReadRows, refuse_rows: RefuseRows
) -> None:
    row = ["2", "", kind, "1", "", "", "", "", "R7-1", ""]
    (order,) = read_rows("orders", [ORDERS, row]).records
    assert (order.effective_on, order.target) == (None, "R7-1")
    (fault,) = refuse_rows("orders", [ORDERS, ["2", "", kind, "1", "", "", "", "", "", ""]])
    assert fault.column == "対象発令番号"


def test_one_order_number_may_stand_for_several_persons_and_several_lines(
    read_rows: ReadRows,
) -> None:
    rows = [
        ["1", "R7.4.1", kind, who, "", "12010", "", "", "", ""]
        for who in "12"
        for kind in ("配置換", "兼務")
    ]
    assert len(read_rows("orders", [ORDERS, *rows]).records) == 4


@pytest.mark.parametrize("separator", [";", "；", "、", "・", ",", "/"])
def test_a_designation_row_becomes_a_designation_however_its_scope_is_separated(
    separator: str, read_rows: ReadRows
) -> None:
    header = ["事務コード", "事務の名称", "所属コード", "職員番号", "氏名", "取扱範囲", "指定日"]
    header += ["解除日", "有効期限", "指定者"]
    row = ["TAX", "賦課", "12010", "1", "山田", f"閲覧{separator} 更新", "R7.4.1", "0", "20260331"]
    row += ["課長"]
    assert read_rows("designations", [header, row]).records == (
        Designation(
            affair="TAX",
            affair_name="賦課",
            org_unit="12010",
            staff_number="0000001",
            name="山田",
            scope=frozenset({"閲覧", "更新"}),
            designated_on=date(2025, 4, 1),
            released_on=None,
            expires_on=date(2026, 3, 31),
            designated_by="課長",
            source="s",
            line=2,
        ),
    )


ENTITLEMENTS = ["権限ID", "システム", "グループ", "権限名", "事務コード", "操作"]


def test_rows_of_one_entitlement_are_merged(read_rows: ReadRows) -> None:
    rows = [
        ["TAX-EDIT", "ad", "cn=a,dc=x;cn=b\\;c,dc=x", "税", "TAX", "閲覧"],
        ["TAX-EDIT", "ad", "cn=d,dc=x", "税", "TAX2；TAX3", "更新"],
        ["TAX-EDIT", "other", "tax", "税", "TAX", ""],
    ]
    first, second = read_rows("entitlements", [ENTITLEMENTS, *rows]).records
    assert first == Entitlement(
        entitlement="TAX-EDIT",
        directory="ad",
        groups=("cn=a,dc=x", "cn=b\\;c,dc=x", "cn=d,dc=x"),
        name="税",
        affairs=frozenset({"TAX", "TAX2", "TAX3"}),
        operations=frozenset({"閲覧", "更新"}),
        source="s",
        line=2,
    )
    assert second.directory == "other"


@pytest.mark.parametrize("missing", [0, 1, 2, 4])
def test_an_entitlement_names_its_directory_its_groups_and_what_it_serves(
    missing: int, refuse_rows: RefuseRows
) -> None:
    row = ["TAX-EDIT", "ad", "cn=a,dc=x", "税", "TAX", "閲覧"]
    row[missing] = "　"
    (fault,) = refuse_rows("entitlements", [ENTITLEMENTS, row])
    assert fault.column == ENTITLEMENTS[missing]


def test_a_training_row_becomes_a_record(read_rows: ReadRows) -> None:
    rows = [["職員番号", "研修名", "受講日"], ["1", "安全管理", "令和7年4月1日"]]
    expected = TrainingRecord("0000001", "安全管理", date(2025, 4, 1), source="s", line=2)
    assert read_rows("training", rows).records == (expected,)


def test_a_section_row_becomes_a_dated_section(read_rows: ReadRows) -> None:
    header = [
        "所属コード",
        "所属名",
        "上位所属コード",
        "建制順",
        "開始日",
        "終了日",
        "移行先所属コード",
    ]
    row = ["12010", "税務課", "12000", "３", "", "R7.3.31", "12011;12012"]
    assert read_rows("org_units", [header, row]).records == (
        OrgUnit("12010", "税務課", "12000", 3, None, date(2025, 3, 31), ("12011", "12012"), "s", 2),
    )


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("", AccountKind.PERSONAL),
        ("個人", AccountKind.PERSONAL),
        ("特権", AccountKind.PRIVILEGED),
        ("サービス", AccountKind.SERVICE),
        ("ｻｰﾋﾞｽ", AccountKind.SERVICE),
        ("委託", AccountKind.CONTRACTOR),
    ],
)
def test_an_account_row_becomes_a_listed_account(
    word: str, kind: AccountKind, read_rows: ReadRows
) -> None:
    header = ["システム", "利用者ID", "職員番号", "種別", "管理者", "有効期限"]
    row = ["ad", "ext 01", "-", word, "77", "R8.3.31"]
    assert read_rows("accounts", [header, row]).records == (
        ListedAccount("ad", "ext 01", None, kind, "0000077", date(2026, 3, 31), "s", 2),
    )


def test_a_link_row_becomes_a_person_link(read_rows: ReadRows) -> None:
    header = ["任命権者", "職員番号", "本人任命権者", "本人番号", "開始日", "終了日"]
    rows = [["教育委員会", "１２", "市長", "34", "R9.4.1", "99999999"], ["", "1", "", "2", "", ""]]
    assert read_rows("person_links", [header, *rows]).records == (
        PersonLink("0000012", "0000034", date(2027, 4, 1), None, "教育委員会", "市長", "s", 2),
        PersonLink("0000001", "0000002", None, None, "", "", "s", 3),
    )


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (["1", "1", "", ""], "本人番号"),
        (["1", "", "", ""], "本人番号"),
        (["", "2", "", ""], "職員番号"),
        (["1", "2", "R9.4.1", "R9.3.31"], "終了日"),
    ],
)
def test_a_link_that_joins_nobody_or_no_day_is_a_fault(
    row: list[str], column: str, read_rows: ReadRows
) -> None:
    from syncd.errors import SourceRefused

    with pytest.raises(SourceRefused) as caught:
        read_rows("person_links", [["職員番号", "本人番号", "開始日", "終了日"], row])
    assert [fault.column for fault in caught.value.faults] == [column]


@pytest.mark.parametrize(
    "provides", ["orders", "training", "org_units", "accounts", "person_links", "order_counts"]
)
def test_a_list_that_may_be_empty_is_accepted_without_rows(
    provides: str, read_rows: ReadRows
) -> None:
    from connectors.shared.records.rows import FORMS
    from syncd.core.facts import Provides

    header = [column.name for column in FORMS[Provides(provides)].columns]
    assert read_rows(provides, [header]).records == ()


@pytest.mark.parametrize("provides", ["roster", "designations", "entitlements"])
def test_a_list_that_cannot_be_empty_is_refused_without_rows(
    provides: str, refuse_rows: RefuseRows
) -> None:
    from connectors.shared.records.rows import FORMS
    from syncd.core.facts import Provides

    header = [column.name for column in FORMS[Provides(provides)].columns]
    (fault,) = refuse_rows(provides, [header])
    assert "行" in fault.expected


def test_a_count_row_becomes_a_stated_count(read_rows: ReadRows) -> None:
    header = ["発令日", "発令区分", "件数", "許容差"]
    rows = [
        ["R9.4.1", "配置 換", "１２０", "3"],
        ["R9.4.1", "計", "150", ""],
        ["R9.3.31", "", "0", ""],
        ["R9.5.1", "退職", "取消", ""],
    ]
    april = date(2027, 4, 1)
    assert read_rows("order_counts", [header, *rows]).records == (
        OrderCount(april, "配置換", 120, 3, "", "s", 2),
        OrderCount(april, "", 150, 0, "", "s", 3),
        OrderCount(date(2027, 3, 31), "", 0, 0, "", "s", 4),
        OrderCount(date(2027, 5, 1), "退職", None, 0, "", "s", 5),
    )


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (["", "退職", "3", ""], "発令日"),
        (["R9.4.1", "退職", "", ""], "件数"),
        (["R9.4.1", "退職", "多数", ""], "件数"),
        (["R9.4.1", "退職", "-3", ""], "件数"),
        (["R9.4.1", "退職", "3", "2%"], "許容差"),
        (["R9.4.1", "取消", "3", ""], "発令区分"),
    ],
)
def test_a_count_that_is_none_is_a_fault(
    row: list[str], column: str, refuse_rows: RefuseRows
) -> None:
    header = ["発令日", "発令区分", "件数", "許容差"]
    (fault,) = refuse_rows("order_counts", [header, row])
    assert fault.column == column


def test_two_counts_of_one_kind_and_day_are_a_contradiction(refuse_rows: RefuseRows) -> None:
    header = ["発令日", "発令区分", "件数"]
    rows = [["R9.4.1", "計", "3"], ["R9.4.1", "", "4"]]
    (fault,) = refuse_rows("order_counts", [header, *rows])
    assert fault.line == 3


def test_what_a_drill_writes_of_counts_is_read_as_it_was(read_rows: ReadRows) -> None:
    from syncd.core.drill.writing import write_rows
    from syncd.core.facts import Provides

    april = date(2027, 4, 1)
    stated = (
        OrderCount(april, "退職", 3, 1, "", "s", 2),
        OrderCount(april, "", None, 0, "", "s", 3),
    )
    text = write_rows(Provides.ORDER_COUNTS, stated, None).decode("utf-8-sig")
    rows = [line.split(",") for line in text.splitlines()]
    assert read_rows("order_counts", rows).records == stated
