"""Entries are decoded alike however a server writes their lengths (RFC 4511, section 5.1)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connectors.shared.ldap.ber import OCTETS, tlv
from connectors.shared.ldap.decoder import controls_of, decode_entry
from connectors.shared.ldap.values import RawValues

NAMES = st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=150)
VALUES = st.lists(st.text(st.characters(codec="utf-8"), max_size=300), min_size=1, max_size=4)


def long_form(tag: int, content: bytes) -> bytes:
    """A length in four octets, as Active Directory writes many of them."""
    return bytes((tag, 0x84)) + len(content).to_bytes(4, "big") + content


@given(st.text(max_size=200), st.dictionaries(NAMES, VALUES, max_size=4), st.data())
def test_any_entry_is_decoded_as_it_was_encoded(dn, attributes, data):
    def write(tag: int, content: bytes) -> bytes:
        return data.draw(st.sampled_from((tlv, long_form)))(tag, content)

    listed = b"".join(
        write(
            0x30,
            write(OCTETS, name.encode())
            + write(0x31, b"".join(write(OCTETS, value.encode()) for value in values)),
        )
        for name, values in attributes.items()
    )
    raw = write(0x64, write(OCTETS, dn.encode()) + write(0x30, listed))
    entry = decode_entry(raw)
    assert (entry.dn, dict(entry.attributes)) == (dn, attributes)
    lazy = decode_entry(raw, tuple(attributes))
    assert all(isinstance(values, RawValues) for values in lazy.attributes.values())
    assert {name: list(values) for name, values in lazy.attributes.items()} == attributes
    assert controls_of(raw) == {}


@given(st.lists(st.sampled_from(["a,x", "b,x", "a,x,y", "c", "b,x,x", ",x"]), max_size=6))
def test_values_found_by_their_bytes_are_those_found_one_by_one(values):
    raw = RawValues(b"".join(tlv(OCTETS, value.encode()) for value in values))
    table = {tlv(OCTETS, name.encode())[:-2]: name for name in ("a,x", "b,x")}
    found, others = raw.split(b",x", table)
    assert list(found) == [value for value in values if value in ("a,x", "b,x")]
    assert list(others) == [value for value in values if value not in ("a,x", "b,x")]
    assert (len(raw), list(raw)) == (len(values), values)
