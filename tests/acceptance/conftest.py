import pytest

from tests.acceptance.make_city import make_city
from tests.acceptance.running import run_syncd


@pytest.fixture(scope="session")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mihon") / "city"
    return make_city(folder), folder


@pytest.fixture(scope="session")
def ran(city):
    _, folder = city
    return run_syncd(folder, "sync", "--dry-run", "--json", "--as-of", "2027-04-01")
