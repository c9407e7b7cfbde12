"""Puts letters into words: plain Japanese text from templates that a site can change.

A template is a text file named after the kind of message; its first line is the subject. It sees
words only, no names of people (mail is forwarded and kept: staff numbers and rights are enough to
decide where to look), and runs in a sandbox: who may change it may change texts, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syncd.core.calendar import day_of, last_day_before
from syncd.core.cases import Case
from syncd.core.messages import MessageKind, Recipient
from syncd.core.votes import Actor
from syncd.errors import ConfigurationError
from syncd.flow.telling.letter import Letter
from syncd.reports.words import day_word, place_word, reason_word

_SHOWN = 30
_SUBJECT = "件名:"


@dataclass(frozen=True)
class Letters:
    """The templates of one site. `folders`: the site's own first, the shipped ones last.

    `console` is the address that people know the console by; empty: letters name none.
    """

    organization: str
    console: str
    folders: tuple[Path, ...]

    def render(self, letter: Letter) -> tuple[str, str]:
        """Return subject and body; raises ConfigurationError for a template that cannot be used."""
        name = f"{letter.kind}.txt"
        try:
            text = self._environment.get_template(name).render(self._context(letter))
        except (TemplateError, OSError, UnicodeError, TypeError, ValueError) as error:
            raise ConfigurationError(
                f"the template {name} cannot be used: {error}. Mend it in the folder of "
                "[notices] templates, or remove it there: then the shipped one is used."
            ) from error
        return _parted(text, name)

    def check(self) -> None:
        """Try every template once; raises ConfigurationError for the first that cannot be used."""
        someone = Recipient("hogo", "", (Actor("hogo"),))
        for kind in MessageKind:
            self.render(Letter(kind, "check", someone, about=_SAMPLE, last_day=date(2027, 4, 7)))

    @cached_property
    def _environment(self) -> ImmutableSandboxedEnvironment:
        loaders: list[BaseLoader] = [FileSystemLoader(folder) for folder in self.folders]
        return ImmutableSandboxedEnvironment(
            loader=ChoiceLoader(loaders),
            autoescape=False,  # plain text: nothing in it is markup
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def _context(self, letter: Letter) -> Mapping[str, Any]:
        by_deadline = sorted(letter.cases, key=lambda case: case.hard_deadline_at)
        lines = [_line(case, letter.section_names) for case in by_deadline[:_SHOWN]]
        due = min((task.due_at for task in letter.tasks), default=None)
        return {
            "organization": self.organization,
            "console": self.console,
            "account": letter.recipient.account,
            "deputy_for": letter.deputy_for,
            "cases": lines,
            "tasks": _tasks(letter),
            "residuals": _residuals(letter),
            "residuals_more": max(0, len(letter.residuals) - _SHOWN),
            "tasks_more": max(0, len(letter.tasks) - _SHOWN),
            "tasks_due": "-" if due is None else _last_day(due),
            "total": len(letter.cases),
            "more": len(letter.cases) - len(lines),
            "earliest": lines[0]["deadline"] if lines else "-",
            "last_day": day_word(letter.last_day),
            "open_days": letter.open_days,
            "about": _about(letter.about),
        }


_SAMPLE: Mapping[str, Any] = {
    "subject": "sample",
    "trips": ["sample"],
    "lines": 1,
    "faults": 1,
    "first": "line 2, sample",
    "why": "sample",
    **dict.fromkeys(
        ("name", "review", "on_silence", "needed", "not_needed", "questions"), "sample"
    ),
    **dict.fromkeys(("silent", "total"), "sample"),
    "sheets": [{"code": "12010", "name": "sample", "number": 1}],
    "silence_on": date(2027, 4, 7),
    **dict.fromkeys(("day", "removed", "verified", "waiting", "failed", "unknown"), "sample"),
}


def _about(about: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a record says, its places and days in words."""
    days = {key: day_word(value) for key, value in about.items() if isinstance(value, date)}
    return {**about, **days, "first": place_word(str(about.get("first", "")))}


def _tasks(letter: Letter) -> list[dict[str, str]]:
    """Return what a template may say of each task, the first due first."""
    pairs = sorted(zip(letter.tasks, letter.cases, strict=False), key=lambda pair: pair[0].due_at)
    return [
        {
            **_line(case, letter.section_names),
            "task_id": task.task_id,
            "groups": "、".join(task.groups),
            "due": _last_day(task.due_at),
            "done_by": task.done_by,
            "sent_back": task.rejected_because if task.rejections else "",
        }
        for task, case in pairs[:_SHOWN]
    ]


def _residuals(letter: Letter) -> list[dict[str, str]]:
    """Return what a template may say of each residual report, the longest window first."""
    pairs = zip(letter.residuals, letter.cases, strict=False)
    ordered = sorted(pairs, key=lambda pair: (pair[0].from_at, pair[0].report_id))
    return [
        {
            **_line(case, letter.section_names),
            "report_id": report.report_id,
            "from": day_word(day_of(report.from_at)),
            "until": "継続中" if report.until_at is None else day_word(day_of(report.until_at)),
        }
        for report, case in ordered[:_SHOWN]
    ]


def _last_day(end: datetime) -> str:
    """Return the last day before a deadline, which is the end of one."""
    return day_word(last_day_before(end))


def _line(case: Case, section_names: Mapping[str, str]) -> dict[str, str]:
    """Return what a template may say of a case."""
    return {
        "case_id": case.case_id,
        "person": case.staff_number or case.account,
        "account": case.account,
        "entitlement": case.entitlement,
        "directory": case.directory,
        "section": section_names.get(case.section or "", case.section or "所属なし"),
        "reasons": "、".join(reason_word(reason) for reason in case.reasons),
        "since": day_word(case.since),
        "deadline": _last_day(case.hard_deadline_at),
    }


def _parted(text: str, name: str) -> tuple[str, str]:
    """Return subject and body of a rendered template; what becomes a header is one line."""
    first, _, body = text.partition("\n")
    if not first.startswith(_SUBJECT):
        raise ConfigurationError(
            f"the template {name} must begin with a line '{_SUBJECT} …', which becomes the subject."
        )
    subject = " ".join(first.removeprefix(_SUBJECT).split())
    return _printable(subject), "\n".join(_lines(body))


def _lines(body: str) -> Iterable[str]:
    """Yield the lines of a body, no two empty ones together, and one line end at the end."""
    before = ""
    for line in (_printable(one.rstrip()) for one in body.strip().splitlines()):
        if line or before:
            yield line
        before = line
    yield ""


def _printable(text: str) -> str:
    """Return a text with what is no character to read replaced: rows of files reach subjects."""
    return "".join(c if c.isprintable() or c == "\u3000" else "?" for c in text)
