"""Draws docs/images/demo.svg from what `syncd demo` prints: python -m bench.demo_picture.

Every run of characters is placed on the terminal's grid by itself, so that wide Japanese ones and
narrow ones stay in their columns whatever font the reader has.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

from rich.cells import cell_len

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "demo.svg"
FIRST, LAST = "3. ", "8. "
CELL, LINE, MARGIN, COLUMNS = 8, 18, 16, 120
STYLE = (
    "text{font:13px 'Noto Sans Mono CJK JP','BIZ UDGothic','MS Gothic','Osaka-Mono',monospace;"
    "fill:#e6e6e6;white-space:pre}rect{fill:#1e2227}"
)


def runs(line: str) -> Iterator[tuple[int, int, str]]:
    """Yield (first cell, cells, text) for each run of equally wide characters."""
    at = 0
    for _, group in itertools.groupby(line, key=lambda c: (cell_len(c), c == " ")):
        text = "".join(group)
        cells = cell_len(text)
        if text.strip():
            yield at, cells, text
        at += cells


def draw(lines: list[str]) -> str:
    """Return the lines as a picture of a terminal."""
    width, height = COLUMNS * CELL + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
        f'<style>{STYLE}</style><rect width="{width}" height="{height}" rx="8"/>',
    ]
    for number, line in enumerate(lines):
        y = MARGIN + number * LINE + 13
        for at, cells, text in runs(line):
            parts.append(
                f'<text x="{MARGIN + at * CELL}" y="{y}" textLength="{cells * CELL}" '
                f'lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
            )
    return "\n".join([*parts, "</svg>\n"])


def main() -> None:
    """Run the demo and draw its acts from the transfer day to the audit trail."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "syncd", "demo", "--dir", f"{folder}/demo"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = shown.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(FIRST))
    last = next(n for n, line in enumerate(lines) if line.startswith(LAST))
    PICTURE.write_text(draw(lines[first:last]), encoding="utf-8")


if __name__ == "__main__":
    main()
