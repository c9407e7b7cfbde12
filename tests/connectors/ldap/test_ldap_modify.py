"""Many changes in flight on one connection: each is answered for itself, and none is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some
from ldap3 import MODIFY_ADD, MODIFY_DELETE
from ldap3.operation.modify import modify_operation
from ldap3.protocol.rfc4511 import LDAPMessage, MessageID, ProtocolOp
from ldap3.utils.asn1 import encode

from connectors.shared.ldap.connection import connected, writing_login
from connectors.shared.ldap.encoding import Modify, encode_message, encode_modify
from connectors.shared.ldap.modify import ModifyBrokenError, modify_all
from connectors.shared.ldap.refusals import refusal_of
from syncd.bilingual import english, japanese
from tests.fakes.cutting_proxy import CuttingProxy
from tests.fakes.slapd import group, person

TEXTS = some.text(some.characters(codec="utf-8"), min_size=1, max_size=200)
VALUES = some.lists(TEXTS, min_size=1, max_size=40, unique=True)


@given(some.integers(1, 2**31 - 1), TEXTS, VALUES, VALUES)
def test_a_change_is_encoded_as_the_library_encodes_it(number, dn, gone, come):
    message = LDAPMessage()
    message["messageID"] = MessageID(number)
    theirs = {"member": [(MODIFY_ADD, come), (MODIFY_DELETE, gone)]}
    request = modify_operation(dn, theirs, None, None, None, False)
    message["protocolOp"] = ProtocolOp().setComponentByName("modifyRequest", request)
    ours = encode_modify(Modify(dn, "member", deleted=gone, added=come))
    assert encode_message(number, ours) == encode(message)


@pytest.fixture
def line(connect):
    options = connect.options()
    with connected("kikan", options, connect.folder, writing_login(options)) as connection:
        yield connection


@pytest.mark.parametrize("window", [1, 3, 64])
def test_a_refused_change_among_many_is_told_by_its_place_and_the_others_are_made(
    connect, line, window
):
    leaving = [person(f"u{n:04}") for n in range(100, 120)]
    gone = [Modify(group("crowd"), "member", [value]) for value in leaving]
    gone[7] = Modify(group("crowd"), "member", [person("nowhere")])
    codes = modify_all(line, gone, window)
    assert [code for code in codes if code] == [16]  # noSuchAttribute
    assert codes[7] == 16
    left = set(connect.slapd.values(group("crowd"), "member"))
    assert left.isdisjoint(set(leaving) - {leaving[7]})
    assert leaving[7] in left
    back = [Modify(group("crowd"), "member", added=[v]) for v in leaving if v != leaving[7]]
    assert set(modify_all(line, back)) == {0}


def test_what_is_not_known_after_the_line_was_cut_is_not_said(connect):
    proxy = CuttingProxy(connect.slapd.tls_port, None)
    options = connect.options(url=f"ldaps://127.0.0.1:{proxy.port}")
    try:
        with connected("kikan", options, connect.folder, writing_login(options)) as connection:
            proxy.cut()
            with pytest.raises(ModifyBrokenError):
                modify_all(connection, [Modify(group("tax"), "member", [person("nowhere")])] * 9)
    finally:
        proxy.close()


def test_every_refusal_says_in_both_languages_what_to_do_and_only_the_code_of_what_the_server_said():
    for code in range(100):
        told = refusal_of(code)
        assert japanese(told) != english(told)
    assert "insufficientAccessRights" in english(refusal_of(50))
