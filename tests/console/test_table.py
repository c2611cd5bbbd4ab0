from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headcount.console.table import USUAL, Choice, arrange, read_choice
from headcount.pipeline.survey import SegmentView

BLANK = SegmentView(
    segment_id="a",
    name="A",
    description="",
    system="shop",
    status="Active",
    reason=None,
    date_range="all time",
    evaluation_end=None,
    expires_at=None,
    rules="did `buy`",
    created_by=None,
    version=1,
    members=1,
    entered=0,
    exited=0,
    last_evaluated_at=None,
    classic=False,
    orphaned=False,
    destinations=(),
    file="segments/a.yaml",
)


def view(segment_id: str, **more: Any) -> SegmentView:
    more = {"name": segment_id.upper(), **more}
    return replace(BLANK, segment_id=segment_id, **more)


def shown(segments: list[SegmentView], **choice: Any) -> list[str]:
    folders = arrange(segments, Choice(**choice))
    return [row.segment_id for folder in folders for row in folder.rows]


def test_every_word_must_be_somewhere() -> None:
    segments = [view("a", description="Big spenders"), view("b", rules="did `spend`")]

    assert shown(segments, query="SPEND") == ["a", "b"]
    assert shown(segments, query="spend big") == ["a"]
    assert shown(segments, query="nothing") == []


@pytest.mark.parametrize(("descending", "order"), [(False, "cab"), (True, "acb")])
def test_what_has_no_value_is_last(descending: bool, order: str) -> None:
    segments = [view("a", members=9), view("b", members=None), view("c", members=2)]

    found = shown(segments, sort="members", descending=descending)

    assert "".join(found) == order


def test_names_sort_whatever_their_case() -> None:
    segments = [view("x", name="beta"), view("y", name="Alpha"), view("z", name="BETA")]

    assert shown(segments) == ["y", "x", "z"]


def test_folders_are_the_values_of_a_column() -> None:
    segments = [view("a", created_by="li"), view("b"), view("c", created_by="li")]

    folders = arrange(segments, Choice(group="created_by"))

    assert {one.title: [row.segment_id for row in one.rows] for one in folders} == {
        "li": ["a", "c"],
        "—": ["b"],
    }


def test_address_makes_the_choice_and_is_made_of_it() -> None:
    asked = {"q": " big ", "sort": "-members", "group": "system"}

    choice = read_choice(asked, ["members", "nonsense"])

    assert choice == Choice("big", "members", True, "system", ("members",))
    assert choice.to_query() == "q=big&sort=-members&group=system"
    assert choice.sorted_by("members") == "q=big&sort=members&group=system"
    assert choice.sorted_by("name") == "q=big&sort=name&group=system"


def test_nonsense_in_the_address_is_the_usual() -> None:
    choice = read_choice({"sort": "x", "group": "members"}, [])

    assert choice == Choice(columns=USUAL)


def test_name_is_always_shown() -> None:
    labels = [column.key for column in Choice(columns=("members",)).shown]

    assert labels == ["name", "members"]
