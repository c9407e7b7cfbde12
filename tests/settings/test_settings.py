"""The configuration is read whole: every fault at once, with its place, and no secret shown."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from syncd.bootstrap import open_site
from syncd.core.acting import Someone, own_actor
from syncd.core.findings import Reason
from syncd.core.ids import StaffNumber
from syncd.core.policy import Approval, OnSilence
from syncd.core.votes import Role
from syncd.errors import ConfigurationError
from syncd.flow.site import Mode
from syncd.settings import Settings, load_settings
from syncd.settings.template import init_site

ORGANIZATION = '[organization]\nname = "みほん市"\n'
TODAY = date(2027, 4, 1)


def load(folder: Path, text: str) -> Settings:
    path = folder / "syncd.toml"
    path.write_text(ORGANIZATION + text, encoding="utf-8")
    return load_settings(path)


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, text)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


def test_a_file_with_nothing_but_a_name_has_the_safe_defaults(tmp_path: Path):
    settings = load(tmp_path, "")
    policy = settings.policy()
    assert settings.model.organization.staff_number_width == 7
    assert policy.approval.by_reason == {
        Reason.SEPARATED: Approval.AUTO,
        Reason.TERM_EXPIRED: Approval.AUTO,
    }
    assert policy.deadlines.on_silence is OnSilence.REVOKE
    assert (policy.guards.max_removals, policy.guards.max_share) == (10, 0.05)
    assert policy.training_months is None
    assert policy.closed_days


def test_a_new_directory_only_observes(tmp_path: Path):
    settings = load(tmp_path, '[[directories]]\nname = "ad"\ntype = "ldif"\npath = "x.ldif"\n')
    assert settings.model.directories[0].mode is Mode.OBSERVE
    assert settings.model.directories[0].options == {"path": "x.ldif"}


def test_what_the_file_says_reaches_the_policy(tmp_path: Path):
    (tmp_path / "closed.txt").write_text("2027-06-01  # 市制記念日\n", encoding="utf-8")
    policy = load(
        tmp_path,
        """
[policy]
training_months = 12
suspended_kinds = ["休職"]
on_silence = "hold"
restore_days = 14
closed_days_file = "closed.txt"
[policy.approval]
transferred = "two"
separated = "one"
[policy.approval_by_entitlement]
TAX-EDIT = "two"
[policy.deadlines]
escalate_open_days = 2
hard_open_days = 3
[policy.guards]
max_removals = 5
max_share = 0.01
max_row_loss = 0.2
[[directories]]
name = "ad"
type = "ldif"
protected_accounts = ["admin"]
protected_groups = ["cn=a"]
my_number_groups = "^mn-"
""",
    ).policy()
    assert policy.training_months == 12
    assert policy.suspended_kinds == {"休職"}
    assert policy.deadlines.on_silence is OnSilence.HOLD
    assert policy.deadlines.hard_open_days == 3
    assert policy.restore_days == 14
    assert date(2027, 6, 1) in policy.closed_days
    assert date(2027, 4, 29) in policy.closed_days
    assert policy.approval.by_reason[Reason.TRANSFERRED] is Approval.TWO
    assert policy.approval.by_reason[Reason.SEPARATED] is Approval.ONE
    assert policy.approval.by_reason[Reason.TERM_EXPIRED] is Approval.AUTO
    assert dict(policy.approval.by_entitlement) == {"TAX-EDIT": Approval.TWO}
    assert (policy.guards.max_removals, policy.guards.max_row_loss) == (5, 0.2)
    assert policy.directories["ad"].protected_accounts == {"admin"}


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("90m", timedelta(minutes=90)),
        ("36h", timedelta(hours=36)),
        ("7d", timedelta(days=7)),
    ],
)
def test_an_age_is_minutes_hours_or_days(tmp_path: Path, given: str, meant: timedelta):
    source = f'[[sources]]\nname = "r"\ntype = "file"\nprovides = "roster"\nmax_age = "{given}"\n'
    assert load(tmp_path, source).model.sources[0].max_age == meant


def test_every_fault_is_told_at_once_with_its_line_and_place(tmp_path: Path):
    told = faults(
        tmp_path,
        """
[[sources]]
name = "roster"
type = "file"
provides = "rosters"
max_age = 36
[[sources]]
name = "roster"
type = "file"
provides = "orders"
[[directories]]
name = "ad"
type = "ldif"
mode = "write"
[policy]
training_month = 12
[policy.approval]
transferred = "three"
""",
    )
    assert [line.rpartition(": ")[0] if ": " in line else line for line in told] == [
        'line 7: sources[1] "roster" > provides',
        'line 8: sources[1] "roster" > max_age',
        'line 10: sources[2] "roster" > name',
        'line 16: directories[1] "ad" > mode',
        "line 18: policy > training_month",
        "line 20: policy > approval > transferred",
    ]


def test_faults_of_connectors_are_told_beside_the_others(tmp_path: Path):
    path = tmp_path / "syncd.toml"
    path.write_text(
        '[[sources]]\nname = "r"\ntype = "fiel"\nprovides = "roster"\n'
        '[[sources]]\nname = "o"\ntype = "file"\nprovides = "orders"\n'
        '[[directories]]\nname = "ad"\ntype = "ldif"\npath = "x"\nin_plaec = true\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationError) as caught:
        open_site(path, lambda _what, _done, _total: None)
    told = str(caught.value)
    assert "organization: this key is missing" in told
    assert "line 3: sources[1] \"r\" > type: type 'fiel' is not installed" in told
    assert 'line 5: sources[2] "o" > path: this key is missing' in told
    assert 'line 13: directories[1] "ad" > in_plaec: unknown key' in told


@pytest.mark.parametrize(
    "line",
    [
        '[[directories]]\nname = "ad"\ntype = "ldap"\nbind_password = "hunter2"',
        '[[directories]]\nname = "ad"\ntype = "ldap"\n[directories.tls]\nclient_secret = "hunter2"',
        '[store]\nurl = "postgresql://syncd:hunter2@db.example/syncd"',
        '[store]\nurl = "postgresql://db.example/syncd?password=hunter2"',
        '[[sources]]\nname = "r"\ntype = "x"\nprovides = "roster"\ntoken = "hunter2"',
    ],
)
def test_a_secret_in_the_file_is_refused_with_the_remedy_and_never_shown(tmp_path: Path, line: str):
    told = faults(tmp_path, line)
    assert any("a secret never stands in this file" in fault for fault in told)
    assert any("_file" in fault or "PGPASSFILE" in fault for fault in told)
    assert "hunter2" not in "".join(told)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('[schedule]\nfull = "0 0 * * 1"', "days of the week in words"),
        ('[schedule]\nfull = "0 0 * *"', "five fields"),
        ('[schedule]\ndelta = "99 * * * *"', "not a schedule"),
        ('[schedule]\ndeadline = "25:00"', "schedule > deadline"),
        ('[daemon]\nlisten = "0.0.0.0:9465"', "loopback"),
        ('[daemon]\nlisten = "127.evil.example:9465"', "loopback"),
        ('[daemon]\nlisten = "127.0.0.1:99999"', "loopback"),
        ("[policy.deadlines]\nescalate_open_days = 5\nhard_open_days = 1", "must not be before"),
        ("[policy.guards]\nmax_share = 5", "less than or equal to 1"),
        ('[policy.status_words]\n"在職" = "working"', "policy > status_words > 在職"),
        (
            '[[directories]]\nname = "a"\ntype = "ldif"\nmy_number_groups = "("',
            "regular expression",
        ),
        ('[[directories]]\nname = ""\ntype = "ldif"', "at least 1 character"),
        ('[sources]\nname = "r"', "[[double brackets]]"),
        ('[[actors]]\naccount = "a"\nroles = ["king"]', 'actors[1] "a" > roles'),
        ('[[actors]]\naccount = "a"\ndeputy_for = "b"', "no [[actors]] has this account"),
        ('[[actors]]\naccount = "a"\ndeputy_for = "a"', "their own deputy"),
        ('[[actors]]\naccount = "a"\n[[actors]]\naccount = "a"', "line 6: actors[2]"),
        (
            "[[actors]]\naccount = 'a'\ndeputy_from = 2027-04-02\ndeputy_until = 2027-04-01",
            "before",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(tmp_path: Path, line: str, said: str):
    assert said in "\n".join(faults(tmp_path, line))


def test_a_file_that_is_no_toml_says_where(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="line 3"):
        load(tmp_path, "[store\n")


def test_a_file_in_another_encoding_says_which_is_right(tmp_path: Path):
    path = tmp_path / "syncd.toml"
    path.write_bytes(ORGANIZATION.encode("cp932"))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_settings(path)


def test_a_file_saved_by_an_editor_with_a_mark_at_its_start_is_read(tmp_path: Path):
    path = tmp_path / "syncd.toml"
    path.write_bytes(ORGANIZATION.encode("utf-8-sig"))
    assert load_settings(path).model.organization.name == "みほん市"


def test_a_missing_file_says_how_to_name_or_make_one(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="syncd init DIR"):
        load_settings(tmp_path / "none.toml")


ACTORS = """
[[actors]]
account = "sato"
staff_number = "９００"
roles = ["approver", "chief"]
sections = ["12010"]
[[actors]]
account = "kato"
staff_number = "901"
roles = ["approver"]
deputy_for = "sato"
deputy_from = 2027-04-01
deputy_until = 2027-04-02
"""


def test_who_acts_is_the_account_with_its_roles_and_number(tmp_path: Path):
    actor = own_actor(Someone("sato"), load(tmp_path, ACTORS).grants(), (), TODAY)
    assert actor.staff_number == StaffNumber("0000900")
    assert actor.roles == {Role.APPROVER, Role.CHIEF}
    assert actor.sections == {"12010"}


def test_an_account_that_is_not_listed_may_do_nothing(tmp_path: Path):
    assert (
        own_actor(Someone("mallory"), load(tmp_path, ACTORS).grants(), (), TODAY).roles
        == frozenset()
    )


@pytest.mark.parametrize(
    ("day", "principal"),
    [(31, ""), (1, "sato"), (2, "sato"), (3, "")],
)
def test_a_deputy_stands_in_on_the_days_named_only(tmp_path: Path, day: int, principal: str):
    today = date(2027, 3, 31) if day == 31 else date(2027, 4, day)
    assert (
        own_actor(Someone("kato"), load(tmp_path, ACTORS).grants(), (), today).deputy_for
        == principal
    )


def test_an_actor_is_an_account_or_a_post_and_never_both(tmp_path: Path):
    both = '[[actors]]\naccount = "sato"\npost = { section = "12010", title = "課長" }\n'
    for written in (both, '[[actors]]\nroles = ["approver"]\n'):
        with pytest.raises(ConfigurationError, match="name an account, or a post"):
            load(tmp_path, written)


def test_a_role_can_follow_a_post(tmp_path: Path):
    written = (
        '[[actors]]\npost = { section = "１２０１０", title = "課長" }\nroles = ["approver"]\n'
    )
    (grant,) = load(tmp_path, written).grants()
    assert (grant.account, grant.post_section, grant.post_title) == ("", "12010", "課長")


@pytest.mark.parametrize(
    "console",
    [
        'listen = "0.0.0.0:8470"',
        'listen = "0.0.0.0:8470"\npublic_url = "https://x.example"',
        'certificate_file = "c.pem"',
        'listen = "8470"',
    ],
)
def test_a_console_beyond_loopback_needs_tls(tmp_path: Path, console: str):
    with pytest.raises(ConfigurationError, match="console"):
        load(tmp_path, f"[console]\n{console}\n")


@pytest.mark.parametrize(
    "console",
    [
        "",
        'listen = "0.0.0.0:8470"\ncertificate_file = "c.pem"\nkey_file = "k.pem"',
        'listen = "10.0.0.1:1"\npublic_url = "https://x.example"\ntrusted_proxies = ["10.0.0.2"]',
    ],
)
def test_a_console_on_loopback_or_with_tls_is_taken(tmp_path: Path, console: str):
    assert load(tmp_path, f"[console]\n{console}\n").model.console is not None


@pytest.mark.parametrize(
    ("console", "word"),
    [
        ('sign_in = ["ldap"]', "ldap_directory"),
        ('ldap_directory = "ad"', "ldap_directory"),
        ('sign_in = ["ldap"]\nldap_directory = "nowhere"', "directories"),
        ('sign_in = ["radius"]', "sign_in"),
        ("sign_in = []", "sign_in"),
        ('sign_in = ["oidc"]', "console.oidc"),
    ],
)
def test_a_way_to_sign_in_that_is_not_whole_is_a_fault_with_its_place(
    tmp_path: Path, console: str, word: str
):
    told = faults(tmp_path, f"[console]\n{console}\n")
    assert any("console" in line and word in line for line in told), told


def test_people_are_told_every_two_hours_at_most_unless_the_file_says_otherwise(tmp_path: Path):
    notices = load(tmp_path, "").model.notices
    assert (notices.digest_every, notices.remind_open_days) == (timedelta(hours=2), {1})
    text = (
        '[notices]\ndigest_every = "30m"\nremind_open_days = [1, 3]\nmail_domain = "city.example"\n'
    )
    notices = load(tmp_path, text).model.notices
    assert (notices.digest_every, notices.remind_open_days) == (timedelta(minutes=30), {1, 3})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[[actors]]\naccount = "sato"\nmail = "sato"\n', "mail"),
        ('[[actors]]\naccount = "sato"\nmail = "a@b\\nBcc: c@d"\n', "mail"),
        ('[notices]\nmail_domain = "@city.example"\n', "mail_domain"),
        ("[notices]\nremind_open_days = [-1]\n", "remind_open_days"),
        ('[[notifiers]]\nname = "m"\ntype = "smtp"\nkinds = ["spam"]\n', "kinds"),
    ],
)
def test_what_no_message_can_be_sent_by_is_a_fault(tmp_path: Path, text: str, fault: str):
    assert any(fault in line for line in faults(tmp_path, text))


def test_texts_are_looked_for_in_the_sites_folder_first(tmp_path: Path):
    (tmp_path / "texts").mkdir()
    settings = load(tmp_path, '[notices]\ntemplates = "texts"\n')
    assert [folder.name for folder in settings.letter_folders()] == ["texts", "letters"]
    with pytest.raises(ConfigurationError, match=r"templates = 'none'.*is no folder"):
        load(tmp_path, '[notices]\ntemplates = "none"\n').letter_folders()


def test_a_grant_says_where_mail_reaches_its_holder(tmp_path: Path):
    text = '[[actors]]\npost = { section = "12010" }\nmail = "zeimu@city.example"\n'
    assert load(tmp_path, text).grants()[0].mail == "zeimu@city.example"


def test_what_init_shows_as_a_comment_works_when_it_is_uncommented(tmp_path: Path):
    init_site(tmp_path / "site")
    config = tmp_path / "site" / "syncd.toml"
    above, people = config.read_text("utf-8").split("# --- 操作する人", 1)
    shown = re.sub(r"^# (?=\[|\w+ = )", "", people, flags=re.MULTILINE)
    config.write_text(f"{above}# --- 操作する人{shown}", "utf-8")
    opened = open_site(config, lambda *_: None)
    assert opened.settings.model.console is not None
    assert [seat.notifier.name for seat in opened.notices().seats] == ["mail"]
    assert opened.settings.grants()[0].mail == "sato@mihon.example"
    opened.site.store.close()
