"""Bytes become text strictly, or the file is refused with the place of what was wrong."""

from __future__ import annotations

import pytest

from connectors.shared.tables.decoding import decode_text

TEXT = "職員番号,氏名,備考\r\n0000001,髙﨑 ①㈱,ﾊﾝｶｸ〜−\r\n"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_text_is_read_whatever_encoding_it_came_in(codec: str) -> None:
    text = TEXT if codec != "cp932" else TEXT.replace("〜−", "～－")
    assert decode_text(text.encode(codec), "auto").text == text


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "euc-jp", "shift_jis"])
def test_an_encoding_that_the_operator_names_is_used(name: str) -> None:
    text = "職員番号,氏名\n0000001,山田\n"
    assert decode_text(text.encode(name), name).text == text


def test_nec_and_ibm_extensions_are_read_though_shift_jis_is_named() -> None:
    assert decode_text("髙①㈱".encode("cp932"), "shift_jis").text == "髙①㈱"


def test_a_byte_that_is_no_character_is_named_with_line_place_and_value() -> None:
    raw = "職員番号,氏名\n0000001,山田\n0000002,".encode("cp932") + b"\x85\n"
    (fault,) = decode_text(raw, "auto").faults
    assert (fault.line, fault.value) == (3, "85")
    assert "9文字目" in fault.column


def test_every_line_that_does_not_decode_is_reported() -> None:
    raw = b"a,b\n\xff,1\nc,2\n\xfe,3\n"
    assert [fault.line for fault in decode_text(raw, "utf-8").faults] == [2, 4]


def test_utf8_cut_inside_a_character_never_passes_as_cp932() -> None:
    raw = "id,name\n0000001,山田太郎\n0000002,鈴木花".encode()[:-1]
    decoded = decode_text(raw, "auto")
    assert decoded.text == ""
    assert decoded.faults[0].line == 3


def test_a_utf8_line_within_a_cp932_file_is_refused() -> None:
    raw = "".join(f"{i},山田太郎\n" for i in range(9)).encode("cp932") + "9,山田太郎\n".encode()
    assert [fault.line for fault in decode_text(raw, "auto").faults] == [10]


def test_text_that_reads_as_cp932_and_as_euc_jp_is_refused_until_the_encoding_is_named() -> None:
    raw = "id,name\n1,山田太郎\n".encode("euc-jp")
    assert decode_text(raw, "auto").faults
    assert decode_text(raw, "euc-jp").text == "id,name\n1,山田太郎\n"


def test_half_width_kana_that_also_read_as_utf8_are_refused_until_the_encoding_is_named() -> None:
    raw = "id,name\n1,ﾃｨﾄｱ\n".encode("cp932")
    assert raw.decode("utf-8")
    assert decode_text(raw, "auto").faults
    assert decode_text(raw, "cp932").text == "id,name\n1,ﾃｨﾄｱ\n"


@pytest.mark.parametrize("tail", [b"\x1a", b"\x1a\x00\x00", b"\x1a\r\n", b"\x1a\x1a"])
def test_the_end_mark_of_older_hosts_and_padding_after_it_are_dropped(tail: bytes) -> None:
    decoded = decode_text(b"a,b\r\n1,2\r\n" + tail, "auto")
    assert decoded.text == "a,b\r\n1,2\r\n"
    assert decoded.closed


def test_nul_padding_alone_does_not_say_that_the_file_is_whole() -> None:
    decoded = decode_text(b"a,b\r\n1,2\x00\x00", "auto")
    assert decoded.text == "a,b\r\n1,2"
    assert not decoded.closed


@pytest.mark.parametrize("control", ["\x00", "\x1a", "\x1b", "\x0b"])
def test_a_control_character_inside_the_text_is_a_fault_with_its_place(control: str) -> None:
    (fault,) = decode_text(f"a,b\n1,x{control}y\n".encode(), "auto").faults
    assert (fault.line, fault.value) == (2, f"U+{ord(control):04X}")


def test_a_utf16_file_cut_inside_a_character_is_refused() -> None:
    assert decode_text("職員番号\n".encode("utf-16")[:-1], "auto").faults


def test_gaiji_keep_their_code() -> None:
    assert decode_text("職員,".encode("cp932") + b"\xf0\x40\n", "auto").text == "職員,\ue000\n"
