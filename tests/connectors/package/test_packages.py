"""Packages are taken whole, in the sender's numbers, or refused whole with what is wrong."""

from __future__ import annotations

import json
import shutil
from datetime import date

import pytest

from connectors.file import FileOptions
from connectors.package import PackageSourceType
from syncd.core.facts import Provides
from syncd.errors import ConfigurationError, SourceRefused, UsageError
from syncd.ports.source import SequencedSource
from tests.connectors.package.conftest import APRIL, ORDERS, ROSTER, Sender, employee, order


def taken(source, sequence=None, sha256=""):
    """Every package after a number, as a run takes them."""
    readings = []
    while (step := source.following(sequence, sha256)) is not None:
        readings.append(step.read())
        sequence, sha256 = readings[-1].sequence, readings[-1].fingerprint.sha256
    return readings


def refusal(work) -> SourceRefused:
    with pytest.raises(SourceRefused) as refused:
        work()
    return refused.value


def test_packages_are_taken_one_after_the_other_with_their_numbers(sender: Sender):
    for number in (1, 2, 3):
        sender.send(orders=ORDERS + order(number))
    readings = taken(sender.source())
    assert [r.sequence for r in readings] == [1, 2, 3]
    assert [r.records[0].order_number for r in readings] == ["R9-1", "R9-2", "R9-3"]
    assert taken(sender.source(), 3, readings[-1].fingerprint.sha256) == []


def test_what_was_taken_already_may_be_cleared_away(sender: Sender):
    first = sender.send(orders=ORDERS + order(1))
    (reading,) = taken(sender.source())
    sender.send(orders=ORDERS + order(2))
    first.unlink()
    assert [r.sequence for r in taken(sender.source(), 1, reading.fingerprint.sha256)] == [2]


def test_each_kind_of_fact_has_its_own_chain_in_the_sender_s_numbers(sender: Sender):
    sender.send(orders=ORDERS + order(1), roster=ROSTER + employee(1))
    sender.send(orders=ORDERS + order(2))
    sender.send(roster=ROSTER + employee(1) + employee(2))
    readings = taken(sender.source(Provides.ROSTER))
    assert [(r.sequence, r.follows, r.rows) for r in readings] == [(1, 0, 1), (3, 1, 2)]


def test_a_gap_refuses_and_says_which_number_has_not_come(sender: Sender):
    paths = [sender.send(orders=ORDERS + order(number)) for number in (1, 2, 3)]
    (first, *_) = taken(sender.source())
    paths[1].unlink()
    refused = refusal(lambda: taken(sender.source(), 1, first.fingerprint.sha256))
    assert refused.where == str(paths[2])
    assert "2" in refused.faults[0].expected
    assert refused.faults[0].value == "3"


def test_an_old_package_that_comes_again_is_refused(sender: Sender):
    paths = [sender.send(orders=ORDERS + order(number)) for number in (1, 2)]
    (*_, last) = taken(sender.source())
    paths[1].unlink()
    refused = refusal(lambda: sender.source().following(2, last.fingerprint.sha256))
    assert (refused.where, refused.faults[0].value) == (str(paths[0]), "1")


def test_two_packages_of_one_number_are_refused(sender: Sender):
    path = sender.send(orders=ORDERS + order(1))
    shutil.copy(path, path.with_name("copy.zip"))
    assert "同じ番号" in refusal(lambda: sender.source().following(None, "")).faults[0].expected


def test_another_content_under_a_number_that_was_taken_is_refused(sender: Sender):
    path = sender.send(orders=ORDERS + order(1))
    (reading,) = taken(sender.source())
    path.unlink()
    (sender.drop / "numbers.json").unlink()
    sender.send(orders=ORDERS + order(9))
    refused = refusal(lambda: sender.source().following(1, reading.fingerprint.sha256))
    assert "同じ番号" in refused.faults[0].expected


def test_the_day_of_the_package_is_the_day_of_a_roster_without_one(sender: Sender):
    plain = ROSTER.replace("基準日,", "", 1) + employee(1).split(",", 1)[1]
    sender.send(roster=plain)
    (reading,) = taken(sender.source(Provides.ROSTER))
    assert reading.base_on == APRIL


def test_a_roster_of_another_day_is_not_packed(sender: Sender):
    refused = refusal(lambda: sender.send(roster=ROSTER + employee(1, "2027-03-01")))
    assert (refused.faults[0].column, refused.faults[0].value) == ("基準日", "2027-03-01")


def test_a_roster_of_another_day_than_its_package_is_not_taken(sender: Sender):
    path = sender.send(roster=ROSTER + employee(1))

    def change(members):
        manifest = members["manifest.json"]
        members["manifest.json"] = manifest.replace(b"2027-04-01", b"2027-05-01")

    sender.forged(path, change, sign=True)
    assert refusal(sender.source(Provides.ROSTER).read).faults[0].column == "基準日"
    fixed = sender.source(Provides.ROSTER, base_on="2027-04-01")
    assert refusal(fixed.read).faults[0].value == "2027-04-01"


def test_a_broken_table_is_not_packed_and_every_fault_is_told(sender: Sender):
    refused = refusal(
        lambda: sender.send(orders=ORDERS + order(1).replace("2027-04-01", "2027-02-30"))
    )
    assert refused.faults[0].line == 2
    assert not list(sender.drop.glob("*.zip"))


def test_a_package_may_have_been_made_by_another_sender(sender: Sender):
    sender.send(orders=ORDERS + order(1))
    refused = refusal(lambda: sender.source(sender="教育委員会").following(None, ""))
    assert refused.faults[0].column == "sender"


def test_two_keys_are_believed_while_one_is_replaced(sender: Sender, tmp_path):
    (tmp_path / "other").mkdir()
    Sender(tmp_path / "other")
    sender.send(orders=ORDERS + order(1))
    keys = ["other/hr.pub", "hr.pub"]
    assert len(taken(sender.source(sender_key=keys))) == 1
    assert refusal(lambda: sender.source(sender_key="other/hr.pub").read())


def test_a_lost_count_of_numbers_is_not_begun_again(sender: Sender):
    sender.send(orders=ORDERS + order(1))
    numbers = sender.drop / "numbers.json"
    kept = numbers.read_text()
    for damaged in (None, "{", "[1]"):
        numbers.unlink() if damaged is None else numbers.write_text(damaged)
        with pytest.raises(UsageError, match="numbers"):
            sender.send(orders=ORDERS + order(2))
    numbers.write_text(kept)
    assert json.loads(kept) == {"": 1, "orders": 1}
    sender.send(orders=ORDERS + order(2))
    assert len(taken(sender.source())) == 2


def test_a_key_that_others_may_read_does_not_sign(sender: Sender):
    sender.key.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        sender.send(orders=ORDERS + order(1))


def test_a_key_is_never_written_over(sender: Sender):
    before = sender.key.read_bytes()
    with pytest.raises(UsageError):
        PackageSourceType.make_keys(sender.key, sender.folder / "new.pub")
    assert sender.key.read_bytes() == before


def test_an_empty_folder_a_missing_one_and_a_missing_key_are_refused(sender: Sender):
    assert refusal(sender.source().read)
    assert refusal(sender.source(sender_key="none.pub").fingerprint)
    sender.drop.mkdir()
    assert refusal(sender.source().read).faults[0].expected
    assert sender.source().following(None, "") is None


def test_options_name_a_sender_and_its_key(sender: Sender):
    source = sender.source()
    assert isinstance(source, SequencedSource)
    with pytest.raises(ValueError, match="sender"):
        type(source.options).model_validate({"path": "drop"})
    with pytest.raises(ConfigurationError):
        PackageSourceType.build(FileOptions(path="x"), source.context)


def test_a_package_that_is_valid_for_a_later_day_says_so(sender: Sender):
    sender.send(valid_on=date(2027, 5, 1), roster=ROSTER + employee(1, "2027-05-01"))
    assert taken(sender.source(Provides.ROSTER))[0].base_on == date(2027, 5, 1)


def test_counts_of_orders_come_in_packages_too(sender: Sender):
    sender.send(
        orders=ORDERS + order(1), order_counts="発令日,発令区分,件数,許容差\n2027-04-01,,1,0\n"
    )
    sender.send(order_counts="発令日,発令区分,件数,許容差\n2027-04-01,配置換,2,1\n")
    readings = taken(sender.source(Provides.ORDER_COUNTS))
    assert [(r.sequence, r.records[0].count) for r in readings] == [(1, 1), (2, 2)]
