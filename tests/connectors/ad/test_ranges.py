"""Ranges join to the whole of an attribute, or the read is thrown away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.ad.ranges import BrokenRangeError, Ranges

VALUES = st.lists(st.integers(0, 10_000).map(str), unique=True, max_size=200)
SIZES = st.integers(1, 60)


class Server:
    """Cuts an attribute at `size` values as a domain controller does (MS-ADTS 3.1.1.3.1.3.3)."""

    def __init__(self, values: list[str], size: int, *, plain_name: bool = False) -> None:
        self.values = values
        self.size = size
        self.plain_name = plain_name

    def answer(self, asked: str = "member;range=0-*") -> dict[str, list[str]]:
        low = int(asked.partition("=")[2].partition("-")[0])
        part = self.values[low : low + self.size]
        if not self.values:
            return {}
        is_last = low + self.size >= len(self.values)
        high = "*" if is_last else str(low + len(part) - 1)
        beside: dict[str, list[str]] = {"member": []} if self.plain_name else {}
        return {**beside, f"member;range={low}-{high}": part}


def read(server: Server) -> list[str]:
    ranges = Ranges("member")
    ranges.take(server.answer())
    while not ranges.done:
        ranges.take(server.answer(ranges.next))
    return ranges.values


@given(VALUES, SIZES, st.booleans())
def test_however_an_attribute_is_cut_all_of_it_is_read_in_order(values, size, plain_name):
    assert read(Server(values, size, plain_name=plain_name)) == values


@given(VALUES)
def test_an_attribute_that_is_not_cut_is_read_as_it_stands(values):
    ranges = Ranges("member")
    ranges.take({"member": values, "cn": ["x"]} if values else {"cn": ["x"]})
    assert (ranges.done, ranges.values) == (True, values)


@given(VALUES.filter(bool), SIZES, st.data())
def test_a_server_that_leaves_a_gap_repeats_or_stops_short_is_never_believed(values, size, data):
    """One answer is spoiled; the result is the whole attribute or no result."""
    server, ranges = Server(values, size), Ranges("member")
    spoiled = data.draw(st.integers(0, len(values) // size))
    fault = data.draw(st.sampled_from(["gap", "repeat", "short", "nothing", "plain", "odd"]))
    number, asked = 0, "member;range=0-*"
    try:
        while not ranges.done:
            given_ = server.answer(asked)
            ranges.take(_spoil(given_, fault) if number == spoiled else given_)
            number, asked = number + 1, ranges.next
    except BrokenRangeError:
        return
    allowed = [values] if fault != "nothing" or spoiled else [values, []]
    if fault == "plain" and spoiled == 0:
        allowed.append(values[:size])  # an answer under the plain name is, by the rule, the whole
    assert ranges.values in allowed


def _spoil(answer: dict[str, list[str]], fault: str) -> dict[str, list[str]]:
    ((name, values),) = answer.items()
    low, _, high = name.partition("=")[2].partition("-")
    return {
        "gap": {f"member;range={int(low) + 1}-{high}": values},
        "repeat": {name: [*values[:-1], values[0]] if len(values) > 1 else [*values, *values]},
        "short": {f"member;range={low}-{int(low) + len(values)}": values},
        "nothing": {},
        "plain": {"member": values},
        "odd": {"member;binary": values},
    }[fault]


@pytest.mark.parametrize(
    "answers",
    [
        [{"member;range=0-1": ["a", "b"]}, {"member;range=0-1": ["a", "b"]}],
        [{"member;range=0-1": ["a", "b"]}, {"member;range=2-*": []}],
        [{"member;range=0-1": ["a", "b"]}, {"member;range=2-*": ["a"]}],
        [{"member;range=0-1": ["a", "b"]}, {"member": ["c"]}],
        [{"member;range=0-1": ["a", "b"]}, {}],
        [{"member;range=0-5": ["a", "b"]}],
        [{"member;range=1-*": ["a", "b"]}],
        [{"member;range=x-y": ["a", "b"]}],
        [{"member": ["a"], "member;range=0-*": ["b"]}],
    ],
    ids=["again", "never ends", "repeats", "anew", "stops", "short", "gap", "odd", "twice"],
)
def test_ranges_that_do_not_join_are_refused(answers):
    ranges = Ranges("member")
    for answer in answers[:-1]:
        ranges.take(answer)
    with pytest.raises(BrokenRangeError):
        ranges.take(answers[-1])
