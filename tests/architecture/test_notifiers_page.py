"""What docs/notifiers.md tells receivers to run is run here."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from connectors.webhook.signing import parse_secrets, sign

PAGE = Path(__file__).resolve().parents[2] / "docs" / "notifiers.md"


def is_genuine():
    code = PAGE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    named: dict = {}
    exec(compile(code, str(PAGE), "exec"), named)  # noqa: S102 - our own page
    return named["is_genuine"]


@pytest.mark.parametrize("secret", ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "x" * 24])
def test_the_check_on_the_page_knows_ours_from_others(secret):
    content, now = '{"type":"決裁"}'.encode(), int(time.time())
    keys = parse_secrets(f"{'another' * 5}\n{secret}")
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": str(now),
        "webhook-signature": sign(keys, "m1", now, content),
    }
    check = is_genuine()
    assert check(headers, content, secret)
    assert not check(headers, content + b" ", secret)
    assert not check(headers | {"webhook-id": "m2"}, content, secret)
    assert not check(headers, content, "y" * 24)
    assert not check(headers, content, secret, now=lambda: now + 301)
