"""A list that a system's owner exported: read whole, dated, and as people really write it."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.manual import ManualDirectoryType
from syncd.core.calendar import JST
from syncd.core.tasks import HandOver, ThingKind
from syncd.errors import ConfigurationError, DirectoryUnreadable, DirectoryWriteError
from syncd.ports.directory import (
    Capability,
    DirectoryContext,
    GroupRemoval,
    HandedOverType,
    WriteOutcome,
)
from tests.connectors.file.conftest import as_xlsx
from tests.connectors.manual.conftest import HEADER, NOW, ROWS, ReadList, text_of


def held(snapshot) -> dict[str, tuple[str, ...]]:
    return {block.group: block.accounts for block in snapshot.blocks}


def test_a_list_says_who_holds_what_and_of_which_day_it_is(read_list: ReadList):
    snapshot = read_list(text_of(*ROWS))
    assert held(snapshot) == {"本人確認情報照会": ("JK001", "JK002"), "端末室の鍵": ("JK002",)}
    assert {a.account: a.staff_number for a in snapshot.accounts.values()} == {
        "JK001": "0000101",
        "JK002": "0000102",
    }
    assert snapshot.proof.exported_on == date(2027, 4, 1)
    assert (snapshot.read_at, snapshot.holds_at) == (NOW, datetime(2027, 4, 1, tzinfo=JST))
    assert snapshot.proof.entries == 3
    assert [(g.name, g.direct_count, g.may_be_empty) for g in snapshot.groups] == [
        ("本人確認情報照会", 2, True),
        ("端末室の鍵", 1, True),
    ]


def test_names_and_remarks_are_never_kept(read_list: ReadList):
    assert "山田" not in repr(read_list(text_of(*ROWS)))
    assert "窓口" not in repr(read_list(text_of(*ROWS)))


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "utf-16"])
def test_whatever_the_encoding_the_same_is_read(read_list: ReadList, encoding: str):
    assert held(read_list(text_of(*ROWS), encoding=encoding)) == held(read_list(text_of(*ROWS)))


def test_a_workbook_is_read_like_a_text(read_list: ReadList):
    rows = [line.split(",") for line in (HEADER, *ROWS)]
    assert held(read_list(as_xlsx(rows), name="list.csv")) == held(read_list(text_of(*ROWS)))


def test_full_width_and_half_width_name_one_thing(read_list: ReadList):
    wide = "2027/4/1,ﾀﾝﾏﾂ室A,ＪＫ００１,１０１,,"
    narrow = "令和9年4月1日,タンマツ室Ａ,JK002,102,,"
    assert held(read_list(text_of(wide, narrow))) == {"タンマツ室A": ("JK001", "JK002")}


def test_several_things_may_stand_in_one_cell(read_list: ReadList):
    assert held(read_list(text_of("R09.04.01,鍵1；鍵2,JK001,101,,"))) == {
        "鍵1": ("JK001",),
        "鍵2": ("JK001",),
    }


def test_the_owners_own_column_names_are_mapped(read_list: ReadList):
    text = text_of("正面玄関,0007,101", header="扉,カード番号,社員番号")
    names = {"グループ": "扉", "利用者ID": "カード番号", "職員番号": "社員番号"}
    assert held(read_list(text, columns=names, exported_on="2027-04-01")) == {"正面玄関": ("0007",)}


def test_a_holder_without_an_account_is_known_by_the_staff_number(read_list: ReadList):
    text = text_of("R09.04.01,金庫の鍵,,101,,")
    assert held(read_list(text)) == {"金庫の鍵": ("0000101",)}


def test_of_a_list_of_several_systems_only_the_named_one_counts(read_list: ReadList):
    header = "システム,グループ,利用者ID,職員番号"
    text = text_of("住基ネット,照会,A,1", "介護,照会,B,2", header=header)
    assert held(read_list(text, system="住基ﾈｯﾄ", exported_on="2027-04-01")) == {"照会": ("A",)}


def test_the_day_may_stand_in_the_name_of_the_file(read_list: ReadList):
    text = text_of("照会,A,1", header="グループ,利用者ID,職員番号")
    snapshot = read_list(text, name="list_R09.04.05.csv", exported_on="filename")
    assert snapshot.proof.exported_on == date(2027, 4, 5)


def test_a_row_that_is_there_twice_counts_once_and_is_told(read_list: ReadList):
    snapshot = read_list(text_of(*ROWS, ROWS[0]))
    assert held(snapshot)["本人確認情報照会"] == ("JK001", "JK002")
    assert len(snapshot.warnings) == 1


def test_what_nobody_holds_at_present_is_known_to_exist(read_list: ReadList):
    snapshot = read_list(text_of(*ROWS), groups=["金庫の鍵"])
    assert ("金庫の鍵", 0) in [(g.name, g.direct_count) for g in snapshot.groups]


@pytest.mark.parametrize("total", ["件数,3", "合計,,3件", "合計件数：３,,", "以上,3件"])
def test_a_row_with_the_count_is_no_membership_and_proves_the_list(read_list: ReadList, total: str):
    snapshot = read_list(text_of(*ROWS, total), control_total="required")
    assert snapshot.proof.entries == 3


def test_nobody_is_believed_where_the_list_itself_counts_none(read_list: ReadList):
    snapshot = read_list(text_of("件数,0", header="グループ,利用者ID"), exported_on="2027-04-01")
    assert snapshot.blocks == ()


def test_those_who_are_asked_for_are_found_in_the_list_as_it_is(read_list: ReadList, reader):
    read_list(text_of(*ROWS))
    asked = {"端末室の鍵": ["JK001", "JK002"], "none": ["JK001"]}
    assert reader().present_members(asked) == {
        "端末室の鍵": frozenset({"JK002"}),
        "none": frozenset(),
    }
    assert reader().check() == "list.csv (2027-04-01): 2 accounts, 2 groups"


def options(**given: object):
    return ManualDirectoryType.Options.model_validate({"path": "list.csv", **given})


def test_it_declares_what_it_can_do_and_nothing_else():
    told = {Capability.READ_WHOLE, Capability.WRITE, Capability.BATCH}
    able = ManualDirectoryType.capabilities
    assert able(options()) == told
    for proof in ({"integrity": "required"}, {"control_total": "required"}, {"expected_rows": 3}):
        assert able(options(**proof)) == told | {Capability.PROVE_COMPLETE}
    assert able(options(path="")) == {Capability.WRITE, Capability.BATCH}


def test_without_any_list_it_is_unknown_as_a_whole(reader):
    with pytest.raises(DirectoryUnreadable, match="no list is configured") as failure:
        reader(path="").read(lambda *_: None)
    assert "所管" in failure.value.remedy


def test_who_does_it_and_how_comes_from_the_options():
    given = options(
        kind="key", doers=["soumu1"], contact="総務課", instructions="鍵を受け取る", due_open_days=3
    )
    assert isinstance(ManualDirectoryType, HandedOverType)
    assert ManualDirectoryType.hand_over(given) == HandOver(
        ThingKind.KEY, frozenset({"soumu1"}), "総務課", "鍵を受け取る", True, 3
    )
    assert not ManualDirectoryType.hand_over(options(evidence="optional")).needs_evidence


def test_a_column_that_no_list_has_is_told_when_syncd_starts(tmp_path: Path):
    context = DirectoryContext("juki", tmp_path, 7, lambda: NOW)
    with pytest.raises(ConfigurationError, match="権限者"):
        ManualDirectoryType.build_reader(options(columns={"権限者": "x"}), context)


@pytest.mark.parametrize(
    "wrong",
    [{"max_age": "40"}, {"exported_on": "soon"}, {"kind": "safe"}, {"encoding": "latin-9"}],
)
def test_an_option_that_nobody_can_mean_is_refused(wrong: dict[str, object]):
    with pytest.raises(ValidationError):
        options(**wrong)


def test_the_writer_hands_over_and_writes_nothing(read_list: ReadList, tmp_path: Path):
    read_list(text_of(*ROWS))
    before = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in tmp_path.iterdir()}
    context = DirectoryContext("juki", tmp_path, 7, lambda: NOW)
    writer = ManualDirectoryType.build_writer(options(), context)
    removal = GroupRemoval("端末室の鍵", ("JK002", "JK009"), "c1")
    assert writer.remove_members([removal]) == ((WriteOutcome("JK002"), WriteOutcome("JK009")),)
    assert writer.add_member("端末室の鍵", "JK001", "c2").error
    assert {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in tmp_path.iterdir()} == before
    (tmp_path / "list.csv").unlink()
    with pytest.raises(DirectoryWriteError):
        writer.remove_members([removal])
