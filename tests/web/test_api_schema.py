"""schemathesis over the whole API: no answer breaks what OpenAPI tells, and none is a bug."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from syncd.core.votes import Role
from syncd.flow.access.users import add_user
from syncd.identity.local import hash_password
from tests.web.conftest import PASSWORD, Office, csrf_of
from tests.web.reviewed import reviewed_office
from tests.web.test_api import ROUTES

# A stream ends with its run; it is followed in test_api and test_transfer_day.
EVENTS = "/syncs/{sync_id}/events"

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def everybody(make_office: Callable[[], Office]):
    """A session that may do everything, over a city under review."""
    office, review = reviewed_office(make_office)
    add_user(office.opened.site, "all", hash_password(PASSWORD), "root", None, frozenset(Role))
    browser = office.enter("all")
    headers = {
        "X-CSRF-Token": csrf_of(browser.get("/account").text),
        "Cookie": "; ".join(f"{k}={v}" for k, v in browser.cookies.items()),
        "Host": "console.test",
    }
    return office, headers, review.review_id


@pytest.fixture(scope="module")
def api_schema(everybody):
    office, *_ = everybody
    return schemathesis.openapi.from_asgi(
        "/api/v1/openapi.json", office.app, headers={"Host": "console.test"}
    )


def operations() -> list[tuple[str, str]]:
    return [(method, path) for method, path in ROUTES if path not in ("/docs", EVENTS)]


@pytest.mark.parametrize(("method", "path"), operations())
def test_every_answer_is_one_that_the_schema_tells(everybody, api_schema, method: str, path: str):
    _, headers, review_id = everybody
    operation = api_schema[path][method]

    # What has the right form may still be refused for what it says: a day that is over, a count.
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def check(case: schemathesis.Case) -> None:
        # No guess names a review: half of them are of one that is there.
        if path.startswith("/reviews/") and len(str(case.path_parameters["review_id"])) % 2:
            case.path_parameters["review_id"] = review_id
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    check()
