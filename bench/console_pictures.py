"""Takes the README's pictures of the console from the demo city: python -m bench.console_pictures.

What is pictured is what `make demo-console` serves; the pictures are made anew, never retouched.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from syncd.cli.commands.demo_console import PASSWORD, add_people, prepare_demo
from syncd.settings.model import ConsoleTable
from syncd.web.server import WebServer
from tests.fakes.chromium import chromium

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SCREEN = {"width": 1280, "height": 800}


def take(page: Page, address: str, name: str) -> None:
    """Go to a page and keep what a screen of 1280 × 800 shows of it."""
    page.goto(address)
    page.screenshot(path=IMAGES / f"console-{name}.png")


def main() -> None:
    """Serve the city and take every picture."""
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
        server.stop()


if __name__ == "__main__":
    main()
