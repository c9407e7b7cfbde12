"""The whole way of a task in a real Chromium: reported with a file, sent back, checked, printed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from syncd.core.cases import CaseState
from syncd.core.tasks import TaskState
from syncd.settings.model import ConsoleTable
from syncd.web.server import WebServer
from tests.fakes.chromium import chromium
from tests.web.conftest import Office
from tests.web.juki import people, task_of
from tests.web.test_in_the_browser import DESK, TABLET, sign_in, violations

pytestmark = pytest.mark.browser
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def served(make_office: Callable[[], Office]) -> Iterator[tuple[Office, str]]:
    office = people(make_office)
    server = WebServer(office.opened, ConsoleTable(listen="127.0.0.1:0"))
    server.start()
    yield office, f"http://127.0.0.1:{server.port}"
    server.stop()


def visit(browser: Browser, base_url: str, *, scripts: bool = True) -> Page:
    context = browser.new_context(
        base_url=base_url,
        viewport=DESK,  # type: ignore[arg-type]
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
        java_script_enabled=scripts,
    )
    return context.new_page()


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("size", [DESK, TABLET], ids=["desk", "tablet"])
def test_no_page_of_tasks_has_a_violation_that_axe_finds(
    browser: Browser, served: tuple[Office, str], lang: str, size: dict[str, int]
):
    office, address = served
    page = visit(browser, address)
    page.set_viewport_size(size)  # type: ignore[arg-type]
    sign_in(page, "unyo")
    if lang == "en":
        page.get_by_role("button", name="English").click()
    task = task_of(office).task_id
    for path in ("/", "/tasks", f"/tasks/{task}", f"/tasks/{task}/form"):
        page.goto(path)
        assert violations(page) == [], (path, lang)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} is wider than the screen"


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_form_prints_on_one_sheet_with_the_boxes_for_approval(
    browser: Browser, served: tuple[Office, str], tmp_path: Path, lang: str
):
    office, address = served
    page = visit(browser, address)
    sign_in(page, "unyo")
    page.goto(f"/tasks/{task_of(office).task_id}")
    if lang == "en":
        page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="申請書を印刷する" if lang == "ja" else "Print the").click()
    page.emulate_media(media="print")
    for text in ("文書番号", "保存年限", "決裁") if lang == "ja" else ("Document no.", "Kept for"):
        expect(page.get_by_text(text, exact=True)).to_be_visible()
    expect(page.get_by_role("navigation")).to_be_hidden()
    printed = tmp_path / "form.pdf"
    printed.write_bytes(page.pdf(format="A4", prefer_css_page_size=True))
    told = subprocess.run(
        ["pdftotext", "-layout", str(printed), "-"], check=True, capture_output=True, text=True
    ).stdout
    assert "1/1" in told.replace(" ", "")
    assert ("☑ 削除" if lang == "ja" else "☑ removal") in told


def test_two_people_take_a_right_away_without_any_script(
    browser: Browser, served: tuple[Office, str], tmp_path: Path
):
    office, address = served
    shown, screen = tmp_path / "操作者一覧.png", tmp_path / "確認.png"
    for picture in (shown, screen):
        picture.write_bytes(PNG)
    doer = visit(browser, address, scripts=False)
    sign_in(doer, "unyo")
    doer.get_by_role("link", name="作業を見る").click()
    doer.get_by_role("row", name="JK0001").get_by_role("link").click()
    expect(doer.get_by_text("統合端末の操作者管理で")).to_be_visible()
    doer.get_by_label("行ったこと", exact=True).fill("操作者IDの用途を外した")
    doer.get_by_label("証拠のファイル（任意）").set_input_files(shown)
    doer.get_by_role("button", name="行いました").click()
    expect(doer.get_by_text("確認待ち", exact=True)).to_be_visible()
    expect(doer.get_by_role("link", name="操作者一覧.png")).to_be_visible()
    expect(doer.get_by_role("button", name="確認しました")).to_have_count(0)

    checker = visit(browser, address, scripts=False)
    sign_in(checker, "hosaka")
    checker.goto(f"/tasks/{task_of(office).task_id}")
    checker.get_by_label("理由", exact=True).fill("まだ照会できます")
    checker.get_by_role("button", name="差し戻す").click()
    doer.reload()
    expect(doer.get_by_role("status")).to_contain_text("まだ照会できます")
    doer.get_by_role("button", name="行いました").click()

    checker.reload()
    with checker.expect_download() as downloading:
        checker.get_by_role("link", name="操作者一覧.png").click()
    assert downloading.value.path().read_bytes() == PNG
    checker.get_by_label("どう確かめたか").fill("端末で確かめた")
    checker.get_by_role("group", name="確認する").get_by_label("証拠").set_input_files(screen)
    checker.get_by_role("button", name="確認しました").click()
    expect(checker.get_by_text("確認済み", exact=True)).to_be_visible()
    task = task_of(office)
    assert (task.state, task.done_by, task.checked_by) == (TaskState.CHECKED, "unyo", "hosaka")
    with office.opened.site.store.begin() as unit:
        assert unit.case(task.case_id).state is CaseState.VERIFIED
        assert len(unit.evidence_of([task.task_id])) == 2
