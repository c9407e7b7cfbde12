"""An export that is not whole is refused with its line: never a small or an empty directory."""

from __future__ import annotations

import hashlib
import re

import pytest
from pydantic import ValidationError

from syncd.errors import DirectoryUnreadable

DOMAIN = "dc=example,dc=jp"
NEW = f"dn: uid=u4,ou=people,{DOMAIN}\n"


def refused(export, **options: object) -> str:
    with pytest.raises(DirectoryUnreadable) as failure:
        export.read(**options)
    assert failure.value.remedy
    return failure.value.why


@pytest.mark.parametrize(
    ("added", "line", "word"),
    [
        (f"{NEW}objectClass: person\nnot an attribute\n\n", 3, "属性名"),
        (f"{NEW}objectClass: person\ncn:: ***\n\n", 3, "Base64"),
        (f"{NEW}objectClass: person\ncn:: gqA=\n\n", 3, "UTF-8"),
        (f"{NEW}objectClass: person\ncn:< file:///etc/passwd\n\n", 3, "URL"),
        (f"{NEW}uid: u4\n\n", 1, "objectClass"),
        ("uid: u4\nobjectClass: person\n\n", 1, "dn:"),
        (f"{NEW}changetype: modify\nadd: cn\ncn: x\n-\n\n", 2, "変更の記録"),
        (f"{NEW}changetype: delete\n\n", 2, "変更の記録"),
        (f"dn: uid=U1, ou=people,{DOMAIN}\nobjectClass: person\n\n", 1, "同じ DN"),
        (
            f"dn: cn=big,ou=groups,{DOMAIN}\nobjectClass: group\nmember;range=0-1499: uid=u1\n\n",
            3,
            "range",
        ),
        ("ref: ldap://other.example/dc=jp\n\n", 1, "ref"),
        ("search: 2\nresult: 4 Size limit exceeded\n\n", 1, "result: 4"),
        ("search: 2\nresult: 32 No such object\nmatchedDN: dc=jp\n\n", 1, "result: 32"),
    ],
)
def test_a_fault_is_named_with_its_line(export, added, line, word):
    text = export.path.read_text("utf-8")
    export.write(text + added)
    why = refused(export)
    assert f"town.ldif {text.count(chr(10)) + line} 行目" in why
    assert word in why


def test_a_value_never_shows_in_a_refusal(export):
    export.write(export.path.read_text("utf-8") + f"{NEW}objectClass: person\n山田 太郎\n\n")
    assert "山田" not in refused(export)


def test_a_file_in_another_encoding_is_refused(export):
    text = export.path.read_text("utf-8").replace("cn: two", "cn: 山田")
    export.write(text.encode("cp932"))
    assert "UTF-8" in refused(export)


@pytest.mark.parametrize("content", ["", "\n", "version: 1\n", "# nothing\n", "\0" * 512])
def test_an_empty_file_is_refused(export, content):
    export.write(content)
    refused(export)


def test_no_file_is_refused(export):
    export.path.unlink()
    assert "town.ldif" in refused(export)


def test_a_folder_in_its_place_is_refused(export):
    export.path.unlink()
    export.path.mkdir()
    refused(export)


def test_a_file_cut_at_any_byte_is_refused_or_says_no_more_than_a_whole_one(export):
    """Whatever a cut file still says, it must not say of anybody what the whole one does not."""
    whole = export.read()
    content = export.path.read_bytes()
    staff = {a.account: a.staff_number for a in whole.accounts.values()}
    for end in range(len(content)):
        export.write(content[:end])
        try:
            cut = export.read()
        except DirectoryUnreadable:
            continue
        assert {a.account: a.staff_number for a in cut.accounts.values()}.items() <= staff.items()


def people(count: int) -> str:
    return "".join(
        f"dn: uid=p{n},ou=people,{DOMAIN}\nobjectClass: inetOrgPerson\nuid: p{n}\n"
        f"employeeNumber: {n}\n\n"
        for n in range(count)
    )


def big_group(count: int) -> str:
    members = "".join(f"member: uid=p{n},ou=people,{DOMAIN}\n" for n in range(count))
    return f"dn: cn=big,ou=groups,{DOMAIN}\nobjectClass: groupOfNames\ncn: big\n{members}\n"


def test_people_cut_off_behind_their_groups_are_not_unknown_accounts(export):
    export.write(big_group(200) + people(200))
    assert len(export.read().accounts) == 200
    export.write(big_group(200) + people(100))
    assert "100 件" in refused(export)
    assert len(export.read(max_unresolved_percent=100).accounts) == 200


def test_a_last_person_cut_between_two_lines_is_refused(export):
    text = big_group(20) + people(20)
    export.write(text[: text.rindex("employeeNumber")])
    assert "employeenumber" in refused(export)


def test_the_checksum_beside_the_file_must_match(export):
    digest = hashlib.sha256(export.path.read_bytes()).hexdigest()
    sidecar = export.folder / "town.ldif.sha256"
    sidecar.write_text(f"{digest}  town.ldif\n")
    assert export.read(integrity="required").accounts
    sidecar.write_text(f"{'0' * 64}  town.ldif\n")
    assert "sha256" in refused(export)
    sidecar.unlink()
    assert "sha256" in refused(export, integrity="required")


def test_fewer_entries_than_asked_for_are_refused(export):
    assert export.read(min_entries=7).proof.entries == 7
    assert "min_entries 8" in refused(export, min_entries=8)


@pytest.mark.parametrize(
    ("options", "base"),
    [
        ({"people_base": "ou=nowhere,dc=example,dc=jp"}, "people_base"),
        ({"groups_base": "ou=nowhere,dc=example,dc=jp"}, "groups_base"),
    ],
)
def test_a_base_under_which_nothing_stands_is_refused(export, options, base):
    with pytest.raises(DirectoryUnreadable) as failure:
        export.read(**options)
    assert base in failure.value.remedy


def test_an_unknown_option_is_a_fault_of_the_configuration(export):
    with pytest.raises(ValidationError, match="bind_password"):
        export.reader(bind_password="secret")


def test_the_check_counts_in_one_line(export):
    assert re.fullmatch(r"town\.ldif: 4 accounts, 3 groups", export.reader().check())
