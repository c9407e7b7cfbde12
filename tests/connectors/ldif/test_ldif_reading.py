"""What an LDIF export says, however the program that wrote it spells it."""

from __future__ import annotations

import base64
import codecs
import hashlib
import os

import pytest

from syncd.core.memberships import Path as Way
from syncd.errors import DirectoryUnreadable
from syncd.ports.directory import GroupRemoval

DOMAIN = "dc=example,dc=jp"


def blocks(snapshot) -> dict[tuple[str, Way], set[str]]:
    return {(b.group.split(",")[0], b.path): set(b.accounts) for b in snapshot.blocks}


def test_accounts_groups_and_members_are_read(export):
    snapshot = export.read()
    assert {a.account: a.staff_number for a in snapshot.accounts.values() if a.staff_number} == {
        "u1": "0000001",
        "u2": "0000002",
        "u3": "0000003",
    }
    assert blocks(snapshot)["cn=tax", Way()] == {"u1", "u2", f"uid=gone,ou=people,{DOMAIN}"}
    assert blocks(snapshot)["cn=files", Way()] == {"u1", "u3"}
    assert {g.name: (g.may_be_empty, g.direct_count) for g in snapshot.groups} == {
        "tax": (False, 3),
        "one": (False, 1),
        "files": (True, 2),
    }


def test_the_proof_holds_the_count_and_the_digest_of_the_file(export):
    proof = export.read().proof
    assert (proof.method, proof.pages, proof.entries) == ("LDIF file", 1, 7)
    assert proof.sha256 == hashlib.sha256(export.path.read_bytes()).hexdigest()


def test_a_member_without_an_entry_is_kept_as_an_unknown_account(export):
    gone = export.read().accounts[f"uid=gone,ou=people,{DOMAIN}"]
    assert (gone.staff_number, gone.native) == (None, f"uid=gone,ou=people,{DOMAIN}")


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.replace("version: 1\n\n", "").encode(),
        lambda text: text.replace("version: 1\n\n", "version: 1\n").encode(),
        lambda text: text.replace("\n\ndn:", "\n\n\n# a comment\n that is folded\ndn:").encode(),
        lambda text: text.replace("objectClass", "OBJECTCLASS").encode(),
        lambda text: text.replace("\nobjectClass", "\nchangetype: add\nobjectClass").encode(),
        lambda text: text.replace("uid=u1,ou=people", "uid=u1,ou=pe\n ople").encode(),
        lambda text: text.replace(": ", ":").encode(),
        lambda text: text[:-1].encode(),
    ],
    ids=[
        "CRLF",
        "UTF-8 mark",
        "UTF-16",
        "UTF-16 big endian",
        "no version",
        "version without a blank line",
        "comments",
        "upper case",
        "ldifde's changetype",
        "folded",
        "no spaces",
        "no blank line at the end",
    ],
)
def test_every_way_to_write_the_same_export_reads_the_same(export, rewrite):
    plain = export.read()
    text = export.path.read_text("utf-8")
    export.write(rewrite(text))
    other = export.read()
    assert other.accounts == plain.accounts
    assert (other.groups, set(other.blocks)) == (plain.groups, set(plain.blocks))


def test_names_in_base64_meet_names_in_plain_text(export):
    name = f"cn=番号_税務,ou=groups,{DOMAIN}"
    encoded = base64.b64encode(name.encode()).decode()
    export.write(
        export.path.read_text("utf-8")
        + f"dn:: {encoded}\nobjectClass: groupOfNames\ncn:: {encoded}\nmember: uid=u1,ou=people,{DOMAIN}\n\n"
        + f"dn: cn=over,ou=groups,{DOMAIN}\nobjectClass: groupOfNames\ncn: over\nmember:: {encoded}\n\n"
    )
    assert blocks(export.read())["cn=over", Way((name,))] == {"u1"}


def test_a_file_that_does_not_end_with_a_blank_line_is_read_with_a_doubt(export):
    assert export.read().warnings == ()
    export.write(export.path.read_bytes()[:-1])
    (doubt,) = export.read().warnings
    assert "途中で切れていないか" in doubt


def test_the_bases_bound_what_counts(export):
    snapshot = export.read(
        people_base=f"ou=people,{DOMAIN}", groups_base=f"CN=tax, ou=groups,{DOMAIN}"
    )
    assert [g.name for g in snapshot.groups] == ["tax"]


def test_the_newest_file_of_a_pattern_is_read_and_nothing_that_lies_beside_it(export):
    older = export.folder / "town-1.ldif"
    older.write_text(export.path.read_text("utf-8").replace("uid=u1", "uid=old"))
    os.utime(older, (1, 1))
    (export.folder / "town.ldif.sha256").write_text(
        hashlib.sha256(export.path.read_bytes()).hexdigest() + "  town.ldif\n"
    )
    export.writer(path="town*", in_place=True).remove_members(
        [GroupRemoval(f"cn=tax,ou=groups,{DOMAIN}", (f"uid=u1,ou=people,{DOMAIN}",), "c1")]
    )
    assert export.read(path="town*").proof.server == "town.ldif"


def test_active_directory_as_ldifde_writes_it(export):
    sid = base64.b64encode(bytes.fromhex("010500000000000515000000") + bytes(12) + b"\x01\x02\0\0")
    export.write(
        f"dn: CN=u1,CN=Users,{DOMAIN}\r\nchangetype: add\r\nobjectClass: top\r\nobjectClass: user\r\n"
        "sAMAccountName: u1\r\nemployeeNumber: 1\r\nprimaryGroupID: 513\r\nuserAccountControl: 514\r\n\r\n"
        f"dn: CN=Staff,CN=Users,{DOMAIN}\r\nchangetype: add\r\nobjectClass: group\r\ncn: Staff\r\n"
        f"objectSid:: {sid.decode()}\r\n\r\n"
    )
    snapshot = export.read(account_attribute="sAMAccountName")
    assert blocks(snapshot) == {("CN=Staff", Way(primary=True)): {"u1"}}
    assert not snapshot.accounts["u1"].enabled


def test_two_entries_with_one_account_name_stay_two_accounts_and_the_first_dn_bears_it(export):
    new, old = f"uid=u1,ou=people,{DOMAIN}", f"uid=u1,ou=old,{DOMAIN}"
    export.write(
        export.path.read_text("utf-8")
        + f"dn: uid=u1,ou=old,{DOMAIN}\nobjectClass: inetOrgPerson\nuid: u1\nemployeeNumber: 9\n\n"
    )
    snapshot = export.read()
    assert (snapshot.accounts["u1"].native, snapshot.accounts[new].native) == (old, new)
    assert snapshot.accounts["u1"].staff_number == "0000009"
    assert snapshot.accounts[new].staff_number == "0000001"
    assert snapshot.warnings


@pytest.mark.slapd
@pytest.mark.parametrize("form", [[], ["-L"], ["-LL"], ["-LLL"], ["-E", "pr=2/noprompt"]])
def test_what_ldapsearch_writes_is_read_and_refused_when_it_is_cut(export, ldapsearch, form):
    export.write(ldapsearch(*form))
    whole = export.read()
    assert whole.accounts["u0042"].staff_number == "0000042"
    lines = export.path.read_bytes().splitlines(keepends=True)
    if form in (["-LL"], ["-LLL"]):
        return  # these leave out what would tell
    for end in range(0, len(lines) - 1, max(1, len(lines) // 200)):
        export.write(b"".join(lines[:end]))
        with pytest.raises(DirectoryUnreadable):
            export.read()


@pytest.mark.slapd
def test_what_slapcat_writes_is_read_and_refused_when_a_record_is_cut(export, slapcat):
    export.write(slapcat)
    assert export.read().accounts["u0042"].staff_number == "0000042"
    content = export.path.read_bytes()
    start = content.rindex(b"\ndn:")
    for end in range(start + 5, len(content) - 1, 7):
        export.write(content[:end])
        with pytest.raises(DirectoryUnreadable):
            export.read()
