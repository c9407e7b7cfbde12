"""What the store keeps of previews: each finished one frozen, under the hash of what it says.

Two series stand apart for every day: previews on confirmed facts alone, and those that took 内示
for orders. No method gives both, so that who may not see 内示 never comes across one that rests on
it; and of the latter the content is forgotten when the day has come (decision record 0022, 7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from syncd.core.foresight.lists import Moments
from syncd.core.foresight.preview import Preview


@dataclass(frozen=True, slots=True)
class PreviewHead:
    """A kept preview without its content. `counts` are the lines of each part.

    `digest` is the SHA-256 of the canonical form. `forgotten_at` tells when the content went.
    """

    preview_id: str
    on: date
    with_notices: bool
    made_at: datetime
    made_by: str
    digest: str
    counts: Mapping[str, int] = field(default_factory=dict)
    forgotten_at: datetime | None = None


class PreviewsUnit(Protocol):
    """Read and written inside one transaction; see `ports.store` for what a unit promises."""

    def keep_preview(self, head: PreviewHead, preview: Preview) -> None:
        """Keep a preview; what says the same as one kept before is stored once."""
        ...

    def preview_head(self, preview_id: str, *, with_notices: bool) -> PreviewHead | None:
        """Return one preview of a series; None where that series has no such one."""
        ...

    def preview_content(self, head: PreviewHead) -> Preview | None:
        """Return what a preview said; None where it was forgotten.

        Raises StoreError where what is stored is not what was hashed.
        """
        ...

    def previews(
        self,
        *,
        with_notices: bool,
        on: date | None = None,
        before: PreviewHead | None = None,
        limit: int = 50,
    ) -> tuple[PreviewHead, ...]:
        """Return the previews of a series (of one day, made before another one), newest first."""
        ...

    def forget_notices(self, until: date, at: datetime) -> tuple[PreviewHead, ...]:
        """Forget the content of previews that rest on 内示 for days up to `until`; say which."""
        ...

    def known_moments(self, sources: frozenset[str], *, with_notices: bool) -> Moments:
        """Return when orders became known and when the lists of sections last changed.

        Without `with_notices` an order counts from when it was first known as confirmed.
        """
        ...
