"""Pages never give a smaller list than there was without an error, whatever the server does."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.scim.paging import Page, read_pages
from connectors.shared.http.lists import PagesBrokenError


@dataclass(frozen=True)
class Thing:
    id: str


def things(count: int) -> list[Thing]:
    return [Thing(f"t{n}") for n in range(count)]


def honest(held: list[Thing], cap: int):
    """A server that gives at most `cap` resources a page (RFC 7644, section 3.4.2.4)."""

    def fetch(start: int, count: int) -> Page[Thing]:
        found = held[start - 1 : start - 1 + min(count, cap)]
        return Page(len(held), start if found else None, len(found), found)

    return fetch


@given(st.integers(0, 60), st.integers(2, 70), st.integers(2, 70))
def test_any_page_size_and_any_cap_of_the_server_give_the_same_list(count, page_size, cap):
    held = things(count)
    assert list(read_pages(honest(held, cap), page_size).resources.values()) == held


@given(
    st.integers(1, 12),
    st.lists(
        st.tuples(st.integers(0, 14), st.lists(st.integers(0, 13), max_size=8)),
        min_size=1,
        max_size=12,
    ),
    st.integers(2, 9),
)
def test_no_sequence_of_pages_whatever_gives_less_than_its_total(count, answers, page_size):
    """Shuffled, repeated, short and lying pages: the list is whole, or it is refused."""
    held = things(14)
    left = iter(answers)

    def fetch(start: int, _count: int) -> Page[Thing]:
        total, chosen = next(left, (0, []))
        return Page(total, start, None, [held[n] for n in chosen])

    try:
        whole = read_pages(fetch, page_size)
    except PagesBrokenError:
        return
    total = answers[0][0]
    assert len(whole.resources) == total
    assert [told for told, _ in answers[: whole.pages]] == [total] * min(whole.pages, len(answers))


@given(st.data())
def test_who_was_there_throughout_is_never_missed_while_others_come_and_go(data):
    """The server changes its list between any two pages: leavers anywhere, joiners anywhere."""
    held = things(data.draw(st.integers(1, 15), label="held"))
    throughout = set(held)
    page_size, made = data.draw(st.integers(2, 6), label="page size"), 0

    def fetch(start: int, count: int) -> Page[Thing]:
        nonlocal made
        if data.draw(st.booleans(), label="changes"):
            if held:
                gone = held.pop(data.draw(st.integers(0, len(held) - 1), label="leaves"))
                throughout.discard(gone)
            made += 1
            held.insert(data.draw(st.integers(0, len(held)), label="joins"), Thing(f"new{made}"))
        found = held[start - 1 : start - 1 + count]
        return Page(len(held), start, len(found), found)

    try:
        whole = read_pages(fetch, page_size)
    except PagesBrokenError:
        return
    assert throughout <= set(whole.resources.values())


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ([Page(None, 1, 1, things(1))], "no totalResults"),
        ([Page(-1, 1, 1, things(1))], "no totalResults"),
        ([Page(3, 2, 1, things(1))], "startIndex 1 was asked for and 2 came"),
        ([Page(3, 1, 3, things(2))], "itemsPerPage says 3 but there are 2"),
        ([Page(3, 1, 0, [])], "a total and nothing else"),
        ([Page(1, 1, 2, things(2))], "more than totalResults"),
        ([Page(2, 1, 2, [Thing("a"), Thing("a")])], "comes twice"),
        ([Page(1, 1, 1, [Thing("")])], "has no id"),
        ([Page(3, 1, 2, things(2)), Page(2, 2, 1, things(2)[1:])], "total changed"),
        ([Page(3, 1, 2, things(2)), Page(3, 2, 2, things(2))], "order changed"),
        ([Page(3, 1, 2, things(2)), Page(3, 2, 0, [])], "order changed"),
        ([Page(3, 1, 2, things(2)), Page(3, 2, 1, things(2)[1:])], "pages end before"),
        ([Page(2, 1, 2, things(2)), Page(2, 2, 2, things(3)[1:])], "more than totalResults"),
    ],
)
def test_what_cannot_be_one_list_is_refused_in_words(pages, said):
    left = iter(pages)
    with pytest.raises(PagesBrokenError, match=said):
        read_pages(lambda _start, _count: next(left), 2)
