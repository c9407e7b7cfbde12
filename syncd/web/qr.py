"""A QR code as SVG, drawn here: the secret in it goes to no service and no script."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_svg(text: str) -> Markup:
    """Return the picture; black on white by night too, since cameras read nothing else.

    Presentation attributes only: our Content-Security-Policy allows no inline style.
    """
    drawn = segno.make(text, error="m", micro=False)
    return Markup(drawn.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True))  # noqa: S704 - segno draws it; no text of `text` stands in it
