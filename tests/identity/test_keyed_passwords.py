"""Who signs in by a directory of one authority is never taken for another's person."""

from __future__ import annotations

from syncd.core.ids import StaffNumber
from syncd.core.scopes import Authority
from syncd.identity.keyed import KeyedPasswords
from syncd.ports.identity import Identity


class Directory:
    method = "ldap"

    def check(self, account: str, password: str) -> Identity | None:
        if password != "right":
            return None
        return Identity(account, None if account == "nobody" else StaffNumber("0000001"), "ldap")


def test_the_number_that_a_directory_shows_becomes_its_authoritys_key():
    check = KeyedPasswords(Directory(), Authority("教育委員会", "E"))
    assert check.method == "ldap"
    found = check.check("hanako", "right")
    assert found is not None
    assert found.staff_number == "E-0000001"


def test_a_wrong_password_and_an_account_without_number_stay_what_they_are():
    check = KeyedPasswords(Directory(), Authority("教育委員会", "E"))
    assert check.check("hanako", "wrong") is None
    found = check.check("nobody", "right")
    assert found is not None
    assert found.staff_number is None
