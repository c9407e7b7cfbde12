"""Each package of a folder is proved once, and again as soon as its file changes."""

from __future__ import annotations

import pytest

from connectors.package import glances
from syncd.core.facts import Provides
from syncd.errors import ConfigurationError, SourceRefused
from tests.connectors.package.conftest import ORDERS, Sender, order


@pytest.fixture
def looked(monkeypatch):
    """The names of the files that were opened and proved, in order."""
    names: list[str] = []
    real = glances.look_at

    def counted(path, keys):
        names.append(path.name)
        return real(path, keys)

    monkeypatch.setattr(glances, "look_at", counted)
    return names


def test_taking_many_packages_proves_each_of_them_once(tmp_path, looked):
    sender = Sender(tmp_path)
    for number in range(1, 9):
        sender.send(orders=ORDERS + order(number))
    source, taken, sequence, sha256 = sender.source(), 0, None, ""
    while (following := source.following(sequence, sha256)) is not None:
        reading = following.read()
        taken, sequence, sha256 = taken + 1, reading.sequence, reading.fingerprint.sha256
    assert taken == 8
    assert len(looked) == len(set(looked)) == 8


def test_a_package_that_was_changed_after_a_look_is_looked_at_again(tmp_path):
    sender = Sender(tmp_path)
    path = sender.send(orders=ORDERS + order(1))
    source = sender.source()
    assert source.following(None, "") is not None
    sender.forged(path, lambda members: members.update({"manifest.sig": b"x" * 64}))
    with pytest.raises(SourceRefused, match="signature"):
        source.following(None, "")


def test_another_key_of_the_sender_lets_everything_be_looked_at_again(tmp_path):
    sender = Sender(tmp_path)
    sender.send(orders=ORDERS + order(1))
    source = sender.source()
    assert source.following(None, "") is not None
    (tmp_path / "other").mkdir()
    Sender(tmp_path / "other")
    (tmp_path / "hr.pub").write_bytes((tmp_path / "other" / "hr.pub").read_bytes())
    with pytest.raises(SourceRefused, match="signature"):
        source.following(None, "")


def test_columns_that_no_such_kind_has_are_found_at_the_start(tmp_path):
    with pytest.raises(ConfigurationError, match="受講日"):
        Sender(tmp_path).source(Provides.ORDERS, columns={"受講日": "日"})
