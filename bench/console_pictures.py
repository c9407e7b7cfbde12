"""Takes the pictures of the console from the demo city: python -m bench.console_pictures.

The README's are of what `make demo-console` serves; those in docs/images/days are left by
tests/web/test_role_days.py. All are made anew, never retouched, only saved with fewer colours.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from syncd.bootstrap import OpenSite
from syncd.cli.commands.demo_console import PASSWORD, add_people, prepare_demo
from syncd.core.reviews.questions import Choice
from syncd.demo import DemoCity
from syncd.flow.reviews.answering import answer
from syncd.flow.reviews.beginning import start_review
from syncd.settings.model import ConsoleTable
from syncd.web.server import WebServer
from tests.fakes.chromium import chromium

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
DAYS = "tests/web/test_role_days.py"
SCREEN = {"width": 1280, "height": 800}


def take(page: Page, address: str, name: str) -> None:
    """Go to a page and keep what a screen of 1280 × 800 shows of it."""
    page.goto(address)
    page.screenshot(path=IMAGES / f"console-{name}.png")


def walk_the_days() -> None:
    """Let each role's day leave its pictures."""
    folder = IMAGES / "days"
    shutil.rmtree(folder, ignore_errors=True)
    left = {**os.environ, "SYNCD_SCREENSHOTS": str(folder)}
    subprocess.run([sys.executable, "-m", "pytest", "-q", DAYS], cwd=ROOT, env=left, check=True)
    for printed in folder.glob("*.pdf"):
        printed.unlink()


def lighten() -> None:
    """Save every picture with as many colours as a page of text needs."""
    for path in IMAGES.rglob("*.png"):
        Image.open(path).convert("RGB").quantize(64).save(path, optimize=True)


def main() -> None:
    """Take every picture."""
    serve_the_city()
    walk_the_days()
    lighten()


def serve_the_city() -> None:
    """Serve the city and take the README's pictures."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = argparse.Namespace(dir=Path(folder) / "city", quiet=True)
        city, opened, _ = prepare_demo(arguments)
        add_people(city, opened)
        server = WebServer(opened, ConsoleTable(listen="127.0.0.1:0"))
        server.start()
        with opened.site.store.begin() as unit:
            case = next(c for c in unit.cases() if c.staff_number == city.left_behind)
        with chromium() as browser:
            page = browser.new_page(
                base_url=f"http://127.0.0.1:{server.port}",
                viewport=SCREEN,  # type: ignore[arg-type]
                locale="ja-JP",
                timezone_id="Asia/Tokyo",
            )
            page.goto("/sign-in")
            page.locator("#account").fill(city.actors.chief)
            page.locator("#password").fill(PASSWORD)
            page.get_by_role("button", name="サインイン").click()
            take(page, "/", "today")
            take(page, "/cases", "cases")
            take(page, f"/cases/{case.case_id}", "case")
            take(page, f"/people/{city.left_behind}", "person")
            take(page, "/transfer-day/ahead", "ahead")
            review, section = hold_review(city, opened)
            take(page, f"/reviews/{review}", "review")
            take(page, f"/reviews/{review}/sheet?section={section}", "review-sheet")
        server.stop()


def hold_review(city: DemoCity, opened: OpenSite) -> tuple[str, str]:
    """Begin a review, and let its largest section answer for some rights; return both."""
    operator, approver = opened.actor(city.actors.operator), opened.actor(city.actors.approver)
    review = start_review(opened.site, operator, "令和9年度 第1回", opened.today())
    with opened.site.store.begin() as unit:
        sheets = [sheet for sheet in unit.review_sheets(review.review_id) if sheet.section]
        largest = max(sheets, key=lambda sheet: sheet.questions)
        numbers = unit.numbers_waiting(review.review_id, largest.section)
    site, review_id, (first, second, third, *_) = opened.site, review.review_id, numbers
    answer(site, [approver], review_id, [first, third], Choice.NEEDED)
    answer(site, [approver], review_id, [second], Choice.NOT_NEEDED, "4月から担当を外れた")
    return review_id, largest.section or ""


if __name__ == "__main__":
    main()
