from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

from headcount.definitions.mistakes import UnquotedDate
from headcount.definitions.yaml_reader import (
    LARGEST_BYTES,
    Document,
    parse_yaml,
    path_of,
    read_yaml,
)


def read(text: str) -> Document:
    return parse_yaml(text.encode(), file="a.yaml")


def only_fault(document: Document) -> str:
    (fault,) = document.faults
    return str(fault)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0.10", Decimal("0.10")),
        ("-5", Decimal(-5)),
        ("9007199254740993", Decimal(9007199254740993)),
        ("1e3", Decimal(1000)),
        ("0e5", Decimal(0)),
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("2026-05-01", UnquotedDate("2026-05-01")),
        ("2026-05-01 09:00:00 +01:00", UnquotedDate("2026-05-01 09:00:00 +01:00")),
        ("2026-05", "2026-05"),
        ("'012'", "012"),
        ("|\n  two\n  lines", "two\nlines\n"),
        ("1.2.3", "1.2.3"),
        ("-", [None]),
        ("wt.play", "wt.play"),
        ("nO", "nO"),
        ("y", "y"),
        ("50 %", "50 %"),
    ],
)
def test_values_are_plain(written: str, value: object) -> None:
    document = read(f"a:\n  {written}\n" if "\n" not in written else f"a: {written}\n")

    assert document.faults == ()
    assert document.tree == {"a": value}
    assert type(document.tree["a"]) is type(value)


def test_every_node_has_its_line() -> None:
    document = read("a: 1\nb:\n  - x\n  - c: 2\n    d:\n      3\n")

    assert document.lines == {
        (): 1,
        ("a",): 1,
        ("b",): 2,
        ("b", 0): 3,
        ("b", 1): 4,
        ("b", 1, "c"): 4,
        ("b", 1, "d"): 5,
    }
    assert document.line_of(("b", 1, "missing", "deeper")) == 4


def test_paths_are_read_by_people() -> None:
    assert path_of(("rules", 2, "where", "amount")) == "$.rules[2].where.amount"
    assert path_of(("where", "a.b", "it's")) == "$.where['a.b'][\"it's\"]"


def test_byte_order_mark_is_no_content() -> None:
    assert parse_yaml(b"\xef\xbb\xbfa: b\n", file="a.yaml").tree == {"a": "b"}


def test_bytes_that_are_no_utf8_are_refused() -> None:
    document = parse_yaml(b"a: b\nc: \xff\n", file="a.yaml")

    assert only_fault(document) == (
        "a.yaml:2: $: found the byte 0xff, which is not UTF-8; wanted UTF-8 text"
    )


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)

    assert only_fault(read_yaml(path, file="large.yaml")) == (
        "large.yaml:1: $: found more than 256 kB; wanted at most 256 kB"
    )


def test_the_largest_file_is_read() -> None:
    text = "a: b\n#"

    assert read(text + "x" * (LARGEST_BYTES - len(text))).tree == {"a": "b"}


@pytest.mark.parametrize("text", ["a: " + "[" * 2_000, "- " * 2_000, "{a: " * 2_000])
def test_deep_nesting_stops_early(text: str) -> None:
    assert "found more than 20 levels" in only_fault(read(text))


def test_an_alias_bomb_is_told_and_not_walked() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )

    document = read(bomb)

    assert len(document.faults) == 30 + 29 * 9
    assert "anchors are not allowed" in str(document.faults[0])


def test_tags_construct_nothing() -> None:
    document = read("a: !!python/object/apply:os.putenv [HEADCOUNT_X, x]\n")

    assert "tags are not allowed" in only_fault(document)


def test_a_number_of_many_digits_is_refused() -> None:
    assert "at most 100 characters" in only_fault(read("a: 1" + "0" * 100))


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert only_fault(read_yaml(tmp_path / "no.yaml", file="no.yaml")) == (
        "no.yaml:1: $: found a file that cannot be read (No such file or directory); "
        "wanted a file"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="folders open differently there")
def test_a_folder_is_a_fault(tmp_path: Path) -> None:
    assert "(Is a directory)" in only_fault(read_yaml(tmp_path, file="folder"))
