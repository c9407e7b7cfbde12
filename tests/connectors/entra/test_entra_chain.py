"""A chain of pages is read to its end or refused, however it is cut, repeated or bent."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.entra.chain import by_id, read_chain
from connectors.shared.http.lists import PagesBrokenError


def things(count: int) -> list[dict[str, Any]]:
    return [{"id": f"t{n}"} for n in range(count)]


def paged(held: list[dict[str, Any]], cuts: list[int]) -> dict[str, dict[str, Any]]:
    """Pages under their links (the first under ''), cut where told; pages may be empty."""
    bounds = [0, *sorted(cuts), len(held)]
    pages = {}
    for number, (start, end) in enumerate(pairwise(bounds)):
        page: dict[str, Any] = {"value": held[start:end]}
        if number + 2 < len(bounds):
            page["@odata.nextLink"] = f"next{number + 1}"
        pages[f"next{number}" if number else ""] = page
    return pages


@given(st.integers(0, 40), st.lists(st.integers(0, 40), max_size=12))
def test_pages_cut_anywhere_give_the_same_objects(count, cuts):
    held = things(count)
    pages = paged(held, [min(cut, count) for cut in cuts])
    chain = read_chain(pages.__getitem__, pages[""])
    assert list(chain.objects) == held
    assert chain.pages == len(pages)


@given(st.data())
def test_a_chain_with_any_page_in_place_of_another_is_whole_or_refused(data):
    held = things(data.draw(st.integers(1, 20)))
    cuts = data.draw(st.lists(st.integers(1, max(1, len(held) - 1)), max_size=6, unique=True))
    pages = paged(held, [cut for cut in cuts if cut < len(held)])
    names = sorted(pages)
    for _ in range(data.draw(st.integers(1, 3))):
        pages[data.draw(st.sampled_from(names))] = pages[data.draw(st.sampled_from(names))]
    # A page that ends the chain early is the one thing that no client can see in Graph's own list:
    # it is the server's word that there is nothing more.
    try:
        chain = read_chain(pages.__getitem__, pages[""])
        found = by_id(chain.objects)
    except PagesBrokenError:
        return
    assert len(found) == len(chain.objects)
    assert "@odata.nextLink" not in _last(pages)


def _last(pages: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    page = pages[""]
    while "@odata.nextLink" in page:
        page = pages[page["@odata.nextLink"]]
    return page


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"value": None},
        {"value": {"id": "a"}},
        {"value": ["a"]},
        {"value": [{}]},
        {"value": [{"id": ""}]},
        {"value": [{"id": 7}]},
        {"value": [], "@odata.nextLink": 7},
        {"error": {"code": "x"}},
    ],
)
def test_what_is_no_page_never_ends_a_list(page):
    first = {"value": things(2), "@odata.nextLink": "more"}
    with pytest.raises(PagesBrokenError):
        read_chain(lambda _link: page, first)


def test_links_that_lead_in_a_circle_are_refused():
    page = {"value": [], "@odata.nextLink": "again"}
    with pytest.raises(PagesBrokenError, match="circle"):
        read_chain(lambda _link: page, page)
