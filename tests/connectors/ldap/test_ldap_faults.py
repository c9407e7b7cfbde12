"""What goes wrong on the way to a server or in the configuration, named for who must act."""

from __future__ import annotations

import socket
from threading import Thread

import pytest
from pydantic import ValidationError

from syncd.errors import DirectoryUnreadable, DirectoryWriteError
from tests.fakes.slapd import GROUPS, PEOPLE, group, person


def silent(_what: str, _done: int, _total: int | None) -> None:
    pass


def refused(reader) -> DirectoryUnreadable:
    with pytest.raises(DirectoryUnreadable) as failure:
        reader.read(silent)
    return failure.value


@pytest.mark.parametrize("seconds", [5, 5.0, 1.5, 0.4])
def test_any_number_of_seconds_is_a_timeout(connect, seconds):
    reader = connect.reader(timeout_s=seconds, connect_timeout_s=seconds)
    assert reader.present_members({group("one"): [person("u0001")]})[group("one")] == {
        person("u0001")
    }


def test_a_filter_that_is_none_is_a_fault_of_the_configuration(connect):
    with pytest.raises(ValidationError, match="people_filter"):
        connect.reader(people_filter="(objectClass=person")
    with pytest.raises(ValidationError, match="groups_filter"):
        connect.reader(groups_filter="")


def test_a_base_that_is_no_name_is_refused(connect):
    assert "base" in refused(connect.reader(people_base="no name at all")).remedy


def test_an_empty_password_is_refused_and_never_an_anonymous_bind(connect, tmp_path):
    (tmp_path / "empty").write_text("\n")
    failure = refused(connect.reader(bind_password_file="empty"))
    assert "bind_dn" in failure.remedy


def test_a_missing_password_file_is_named(connect):
    failure = refused(connect.reader(bind_password_file="nowhere/secret"))
    assert "nowhere/secret" in failure.why
    assert "bind_password_file" in failure.remedy


def test_a_missing_environment_variable_is_named(connect):
    failure = refused(connect.reader(bind_password_file=None, bind_password_env="SYNCD_NOT_SET"))
    assert "SYNCD_NOT_SET" in failure.why


def test_a_missing_ca_file_is_named(connect):
    failure = refused(connect.reader(ca_file="nowhere/ca.pem"))
    assert "nowhere/ca.pem" in failure.why
    assert "ca_file" in failure.remedy


def test_a_password_never_shows_in_a_failure(connect, tmp_path):
    (tmp_path / "wrong").write_text("do-not-show-me")
    failure = refused(connect.reader(bind_password_file="wrong"))
    assert "do-not-show-me" not in str(failure)


class Mute:
    """A server that takes connections and says nothing, or hangs up at once."""

    def __init__(self, *, hang_up: bool) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.hang_up = hang_up
        self.taken: list[socket.socket] = []
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.hang_up:
                client.close()
            else:
                self.taken.append(client)

    def close(self) -> None:
        self.listener.close()
        for client in self.taken:
            client.close()


@pytest.mark.parametrize("hang_up", [True, False], ids=["hangs up", "says nothing"])
@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_server_that_does_not_answer_is_passed_over_for_the_next(connect, hang_up, scheme):
    mute = Mute(hang_up=hang_up)
    try:
        urls = [f"{scheme}://127.0.0.1:{mute.port}", connect.slapd.ldaps]
        options = {"timeout_s": 1, "connect_timeout_s": 1, "allow_plaintext": True}
        reader = connect.reader(url=urls, **options)
        assert reader.present_members({group("one"): [person("u0001")]})[group("one")] == {
            person("u0001")
        }
        refused(connect.reader(url=urls[:1], **options))
        with pytest.raises(DirectoryWriteError):
            connect.writer(url=urls[:1], **options).add_member(group("one"), person("u2"), "c")
    finally:
        mute.close()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"url": "ldap://dc1.example"}, "start_tls"),
        ({"url": "ldap://dc1.example", "allow_plaintext": True}, "start_tls"),
        ({"url": "ldap://127.evil.example", "allow_plaintext": True}, "start_tls"),
        ({"url": "ldap://127.0.0.1"}, "start_tls"),
        ({"url": "http://dc1.example"}, "ldaps://"),
        ({"url": ["ldaps://dc1.example", "ldap://dc2.example"]}, "dc2"),
        ({"url": []}, "url"),
        ({"bind_password_env": "BOTH"}, "exactly one"),
        ({"bind_password_file": None}, "exactly one"),
        ({"bind_dn": None, "bind_password_file": None}, "sasl"),
        ({"bind_password": "secret"}, "bind_password"),
        ({"page_size": 0}, "page_size"),
    ],
)
def test_a_configuration_that_cannot_be_right_says_why(connect, changes, word):
    with pytest.raises(ValidationError, match=word):
        connect.options(**changes)


def test_both_bases_may_be_one(connect):
    suffix = PEOPLE.partition(",")[2]
    together = connect.reader(people_base=suffix, groups_base=suffix).read(silent)
    apart = connect.reader().read(silent)
    assert set(together.blocks) == set(apart.blocks)
    assert together.groups == apart.groups


def test_a_filter_that_hides_people_does_not_make_them_unknown(connect):
    failure = refused(connect.reader(people_filter="(uid=u000*)"))
    assert "max_unresolved_percent" in failure.remedy


def test_groups_of_another_kind_are_refused_and_not_left_out(connect):
    failure = refused(connect.reader(groups_filter="(objectClass=*)", groups_base=GROUPS))
    assert "groups_filter" in failure.remedy
