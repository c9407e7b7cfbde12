"""Whatever the words are, a mail gives them back and holds nothing else (hypothesis)."""

from __future__ import annotations

import email
import email.policy
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from connectors.smtp.mail import compose
from connectors.smtp.options import SmtpOptions
from syncd.ports.notifier import Message
from tests.connectors.smtp.conftest import HELLO, NOW

HEADERS = [
    *("Content-Type", "MIME-Version", "Content-Transfer-Encoding", "From", "To", "Subject"),
    *("Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress"),
]
line = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
    | st.sampled_from("髙﨑①㈱𠮷 =?\t<>,:;@"),
    max_size=200,
).map(lambda text: text.replace("\t", " "))
body = st.lists(line | st.just("."), max_size=8).map("\n".join)


def composed(subject: str, body: str, name: str = ""):
    options = SmtpOptions(
        host="localhost", security="none", sender="syncd@city.example", sender_name=name
    )
    message = Message("kind", subject, body, HELLO.recipient, "o")
    content = compose(message, "mail", options, NOW).content
    return content, email.message_from_bytes(content, policy=email.policy.default)


def headers_of(content: bytes) -> list[str]:
    """The names of the headers, by RFC 5322 and not by the library that wrote them."""
    head = content.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    return [row.split(b":")[0].decode() for row in head if not row.startswith((b" ", b"\t"))]


@given(subject=line, body=body)
@example(subject="=?utf-8?q?Bcc=3A_x=40y=2Eexample?=", body="\n\nBcc: x@y.example\n\n.\n")
@example(subject="a" * 300, body="From here\n")
@example(subject="  あ  い  ", body="  あ  ")
def test_subject_and_body_come_back_exactly(subject, body):
    content, mail = composed(subject, body)
    assert mail["Subject"] == subject
    assert mail.get_content().replace("\r\n", "\n") == body
    assert content.isascii()
    rows = content.split(b"\r\n")
    assert all(len(row) <= 76 for row in rows if b"=?" in row)  # RFC 2047, section 2
    assert all(len(row) <= 998 for row in rows)  # RFC 5322, section 2.1.1
    assert not any(row.isspace() for row in rows)


@given(subject=line, body=body, name=line.filter(str.strip))
def test_no_words_add_a_header_or_a_recipient(subject, body, name):
    content, mail = composed(subject, body, name)
    assert headers_of(content) == HEADERS
    assert [a.addr_spec for a in mail["To"].addresses] == [HELLO.recipient]
    assert [a.addr_spec for a in mail["From"].addresses] == ["syncd@city.example"]
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")


@given(text=st.text(st.characters() | st.characters(categories=("Cs", "Cc")), max_size=30))
@example(text="half \ud800 a pair")
@example(text="two\r\nlines")
def test_what_cannot_be_one_line_never_becomes_a_message(text):
    bad = any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text)
    try:
        Message("kind", text, "", "a@b.example", "o")
    except ValueError:
        assert bad
    else:
        assert not bad
