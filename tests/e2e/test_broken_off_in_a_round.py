"""A round that breaks off in the middle, at a real slapd: killed, or the line cut.

What was written is found by reading back, the rest is done by the next run, and nothing is done
twice. Who writes goes through a proxy that breaks the line after some of the server's answers;
who reads goes straight to the server.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from connectors.ldap import LdapDirectoryType
from syncd.core.audit import AuditEvent
from syncd.core.cases import CaseState
from syncd.flow.evidence import verify_trail
from syncd.flow.report import RunReport
from syncd.flow.site import DirectorySeat, Mode, Site
from syncd.ports.directory import DirectoryContext, GroupRemoval
from syncd.store import open_store
from tests.fakes.cutting_proxy import CuttingProxy
from tests.fakes.slapd import GROUPS, PEOPLE, WRITER, Slapd, group, ldif_group, ldif_person, person
from tests.flow.town import Town, account, separation

NAMES = [f"right{n}" for n in range(8)]
LEAVING = {person(account(n)) for n in (1, 2, 3, 4)}
LINES = len(NAMES) * len(LEAVING)
ANSWER = 14
"""The bytes of an answer to a change that was made."""


class LdapTown(Town):
    """A town whose directory is a real server; `write_url` is where changes go."""

    server: Slapd
    write_url: str

    def site(self) -> Site:
        seat = DirectorySeat(
            "ad", Mode.APPLY, self.kind(self.server.ldap)[0], lambda: self.kind(self.write_url)[1]
        )
        return replace(super().site(), directories={"ad": seat})

    def kind(self, url: str):
        options = LdapDirectoryType.Options.model_validate(
            {
                "url": url,
                "allow_plaintext": True,
                "bind_dn": WRITER,
                "bind_password_file": "secret",
                "people_base": PEOPLE,
                "groups_base": GROUPS,
                "chunk": 1,
            }
        )
        context = DirectoryContext("ad", self.directory_path, 7, self._tick)
        kind = LdapDirectoryType
        return kind.build_reader(options, context), kind.build_writer(options, context)

    def standing(self) -> set[tuple[str, str]]:
        """Return who of those that leave stands where, as the server's own tool tells."""
        found = ((name, self.server.values(group(name), "member")) for name in NAMES)
        return {(name, member) for name, members in found for member in members} & {
            (name, member) for name in NAMES for member in LEAVING
        }


@pytest.fixture
def town(tmp_path: Path) -> Iterator[LdapTown]:
    everybody = [account(n) for n in range(1, 11)]
    people = "".join(ldif_person(uid, f"{n:07}") for n, uid in enumerate(everybody, 1))
    groups = "".join(ldif_group(name, [person(uid) for uid in everybody]) for name in NAMES)
    (tmp_path / "slapd").mkdir()
    (tmp_path / "secret").write_text("secret-writer")
    server = Slapd(tmp_path / "slapd", people + groups)
    server.prepare()
    town = LdapTown(tmp_path, open_store("sqlite:///syncd.db", tmp_path))
    town.server, town.write_url = server, server.ldap
    right = town.entitlements.records[0]
    town.entitlements.records = tuple(
        replace(right, entitlement=name, groups=(group(name),)) for name in NAMES
    )
    town.orders.records = tuple(separation(n, date(2027, 3, 31)) for n in (1, 2, 3, 4))
    try:
        server.start()
        yield town
    finally:
        server.stop()


def outcomes(report: RunReport) -> dict[str, int]:
    return dict(Counter(removal.outcome for removal in report.removals))


def break_off_after(town: LdapTown, answers: int, when_cut: Callable[[], None]) -> CuttingProxy:
    """Let the line of who writes break after so many changes were answered."""
    proxy = CuttingProxy(town.server.port, None)
    town.write_url = f"ldap://127.0.0.1:{proxy.port}"
    looked = [GroupRemoval(group(name), (person("nobody"),), "look") for name in NAMES]
    town.kind(town.write_url)[1].remove_members(looked)  # everything but the changes
    proxy.limit, proxy.when_cut = proxy.passed + ANSWER * answers, when_cut
    return proxy


def check_everything(town: LdapTown) -> None:
    """Nothing stands, nothing is lost, each line is on record, nothing was removed twice."""
    assert town.standing() == set()
    with town.store.begin() as unit:
        cases = unit.cases(list(CaseState))
        records = [leaf.decode() for _, leaf, _ in unit.audit_leaves()]
    assert Counter(case.state for case in cases) == {CaseState.VERIFIED: LINES}
    for event in (AuditEvent.REMOVAL_WRITTEN, AuditEvent.REMOVAL_VERIFIED):
        assert sum(f'"{event}"' in record for record in records) == LINES
    assert verify_trail(town.store).faults == ()


@pytest.mark.parametrize("answers", [1, 13, 31])
def test_a_server_killed_in_the_middle_of_a_round_is_believed_only_by_reading(town, answers):
    def kill() -> None:
        town.server.process.kill()
        town.server.process.wait()
        town.server.process = None

    proxy = break_off_after(town, answers, kill)
    first = town.sync()
    proxy.close()
    assert outcomes(first) == {"retry": LINES}
    town.server.start()
    left = town.standing()
    assert 0 < LINES - len(left) < LINES or answers == 31
    town.write_url = town.server.ldap
    second = town.sync()
    assert outcomes(second) == ({"verified": len(left)} if left else {})
    check_everything(town)
    assert outcomes(town.sync()) == {}


@pytest.mark.parametrize("answers", [1, 13])
def test_what_was_written_before_the_line_was_cut_counts_and_the_rest_is_done_by_the_next_run(
    town, answers
):
    proxy = break_off_after(town, answers, lambda: setattr(proxy, "limit", 100))
    first = town.sync()
    proxy.close()
    told = outcomes(first)
    assert told["verified"] >= answers
    assert told["verified"] + told["retry"] == LINES
    # slapd goes on with what it had received: what the reading back still showed may go later.
    time.sleep(0.5)
    left = town.standing()
    assert 0 < len(left) <= told["retry"]
    town.write_url = town.server.ldap
    assert outcomes(town.sync()) == {"verified": len(left)}
    check_everything(town)


def test_a_line_cut_once_is_opened_again_in_the_same_round(town):
    proxy = break_off_after(town, 13, lambda: setattr(proxy, "limit", None))
    assert outcomes(town.sync()) == {"verified": LINES}
    proxy.close()
    check_everything(town)
