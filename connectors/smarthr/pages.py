"""Lists of SmartHR: pages of 100, `Link` to the next, and `x-total-count` on every page.

https://developer.smarthr.jp/api/about_api
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.shared.bilingual import both
from connectors.shared.feeds.faults import LineBrokenError, with_remedy, wrong
from connectors.shared.feeds.line import next_link
from connectors.shared.feeds.pages import FeedRow, Listing, Shown
from connectors.shared.http.session import Reply
from connectors.smarthr.options import SmartHrOptions

MOST_A_PAGE = 100
RESET_HEADER = "x-rate-limit-reset"
"""Seconds until the limit is reset (not a moment)."""
_TOTAL = "x-total-count"
_UNAVAILABLE, _MAINTENANCE = 503, 9
_IN_MAINTENANCE = with_remedy(
    both("SmartHR はメンテナンス中です(HTTP 503)", "SmartHR is in maintenance (HTTP 503)"),
    both(
        "終わった後の実行でやり直します。前回の正しい名簿を使い続けます",
        "a run after it tries again; the last good roster stays in force",
    ),
)


def listing(options: SmartHrOptions, name: str, kept: Callable[[Any], FeedRow]) -> Listing:
    """Return how a list of the tenant is read."""
    begins = f"{options.root}/api/v1/{name}?page=1&per_page={MOST_A_PAGE}"
    return Listing(begins, _shown, kept, options.most_rows)


def final(reply: Reply) -> LineBrokenError | None:
    """Return the refusal of a tenant in maintenance: it lasts longer than a run should wait."""
    code = reply.content.get("code") if isinstance(reply.content, dict) else None
    if reply.status == _UNAVAILABLE and code == _MAINTENANCE:
        return LineBrokenError(_IN_MAINTENANCE)
    return None


def _shown(address: str, reply: Reply, _: int) -> Shown:
    total = reply.headers.get(_TOTAL, "")
    if not isinstance(reply.content, list) or not (total.isascii() and total.isdigit()):
        raise wrong(
            "SmartHR の一覧ではありません(配列か x-total-count がない)",
            "the answer is no list of SmartHR: no array, or no x-total-count",
        )
    return Shown(reply.content, int(total), next_link(address, reply))
