"""What becomes of rows: once each, in order, with sums that balance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from headcount.definitions.settings import Source
from headcount.errors import UnbalancedFileError
from headcount.ingest import load
from headcount.ingest.batch import Batch
from headcount.ingest.ledger import Content, Ledger
from headcount.ingest.records import Record
from tests.ingest.landing import AT, NOW, Landing, event, lines, record

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def known(landing: Landing) -> list[tuple[object, ...]]:
    return landing.ask(
        "SELECT user_code, user_id, first_event_at, last_event_at, first_attribute_at "
        "FROM users ORDER BY ALL"
    )


def test_row_lies_at_the_first_position_plus_its_line(landing: Landing) -> None:
    landing.load(lines(event("a"), "bad", event("b")), "1")
    landing.load(lines(event("c"), event("d")), "2")

    assert landing.ask("SELECT position, user_code FROM events ORDER BY ALL") == [
        (1, 0),
        (3, 1),
        (4, 2),
        (5, 3),
    ]
    assert landing.ask(
        "SELECT first_position, last_position FROM source_files ORDER BY file_code"
    ) == [(1, 3), (4, 5)]


def test_codes_follow_first_sight(landing: Landing) -> None:
    landing.load(lines(event("b", "y"), event("a", "x"), event("b", "x")))
    landing.load(lines(event("c", "z"), event("a", "x", "2026-05-02")), "2")

    users = landing.ask("SELECT user_code, user_id FROM users ORDER BY ALL")
    names = landing.ask("SELECT event_code, event FROM event_names ORDER BY ALL")
    assert users == [(0, "b"), (1, "a"), (2, "c")]
    assert names == [(0, "y"), (1, "x"), (2, "z")]


def test_same_id_counts_once_in_a_file_and_across_files(landing: Landing) -> None:
    first = landing.load(lines(event("a", event_id="1"), event("a", event_id="1")))
    second = landing.load(
        lines(event("a", event_id="1"), event("a", event_id="2")), "2"
    )

    assert (first.accepted, first.duplicates) == (1, 1)
    assert (second.accepted, second.duplicates) == (1, 1)
    assert landing.ask("SELECT event_id FROM events ORDER BY ALL") == [("1",), ("2",)]


def test_same_id_with_other_content_is_a_conflict_and_the_first_stays(
    landing: Landing,
) -> None:
    one = event("a", event_id="1", properties={"n": 1})
    other = event("a", event_id="1", properties={"n": 2})

    inside = landing.load(lines(one, other, one))
    across = landing.load(lines(event("b", event_id="1"), one), "2")

    assert (inside.accepted, inside.conflicts, inside.duplicates) == (1, 1, 1)
    assert (across.accepted, across.conflicts, across.duplicates) == (0, 1, 1)
    assert landing.events() == [("a", "play", '{"n":1}')]
    assert [user for _, user, *_ in known(landing)] == ["a"]


def test_lines_without_ids_are_one_event_when_their_content_is_equal(
    landing: Landing,
) -> None:
    report = landing.load(
        lines(
            event("a", at="2026-05-01T09:00:00Z", properties={"x": 1, "y": 2}),
            event("a", at=1777626000, properties={"y": 2.0, "x": 1}),
            event("a", at="2026-05-01T11:00:00+02:00", properties={"y": 2, "x": 1}),
            event("a", at="2026-05-01T09:00:00.000001Z", properties={"x": 1, "y": 2}),
        )
    )

    assert (report.accepted, report.duplicates) == (2, 2)


def test_events_with_different_ids_and_equal_content_are_two(landing: Landing) -> None:
    report = landing.load(lines(event(event_id="1"), event(event_id="2"), event()))

    assert report.accepted == 3


def test_ids_of_another_namespace_or_system_are_others(landing: Landing) -> None:
    landing.sources = (
        Source("one", "acme", "1", "native"),
        Source("two", "acme", "2", "native", id_namespace="two"),
        Source("three", "other", "3", "native"),
    )
    for name in "123":
        (landing.folder / name).write_bytes(lines(event(f"u{name}", event_id="1")))

    assert landing.ingest().accepted == 3
    assert landing.ask("SELECT system_code, user_code FROM users ORDER BY ALL") == [
        (0, 0),
        (0, 1),
        (1, 0),
    ]


def test_users_are_known_from_their_earliest_rows(landing: Landing) -> None:
    landing.load(lines(event("a", at="2026-05-03"), record("b", "2026-05-04", x=1)))
    landing.load(lines(event("a", at="2026-05-02"), event("a", at="2026-05-05")), "2")
    landing.load(lines(record("a", "2026-05-01", x=1), record("b", "2026-05-06")), "3")

    assert known(landing) == [
        (
            0,
            "a",
            MAY + timedelta(days=1),
            MAY + timedelta(days=4),
            MAY,
        ),
        (1, "b", None, None, MAY + timedelta(days=3)),
    ]


def test_record_without_attributes_makes_its_user_known(landing: Landing) -> None:
    first = landing.load(lines(record("a"), record("a")))
    second = landing.load(lines(record("a"), record("a", "2026-04-30")), "2")

    assert (first.accepted, first.duplicates) == (1, 1)
    assert (second.accepted, second.duplicates) == (1, 1)
    assert known(landing) == [(0, "a", None, None, datetime(2026, 4, 30, tzinfo=UTC))]


def test_attributes_are_kept_once_key_by_key(landing: Landing) -> None:
    first = landing.load(
        lines(record("a", plan="trial", seats=5), record("a", plan=None))
    )
    second = landing.load(
        lines(record("a", plan="trial"), record("a", plan="trial", role="admin")), "2"
    )

    assert (first.accepted, first.duplicates) == (2, 0)
    assert (second.accepted, second.duplicates) == (1, 1)
    assert landing.attributes() == [
        ("a", "plan", '"trial"'),
        ("a", "seats", "5"),
        ("a", "plan", "null"),
        ("a", "role", '"admin"'),
    ]


def test_named_properties_become_attributes_unless_missing_or_null(
    landing: Landing,
) -> None:
    landing.set(attributes=("plan", "env.browser.name"))
    landing.load(
        lines(
            event(properties={"plan": "pro", "env.browser.name": "Chrome", "x": 1}),
            event(properties={"plan": None, "env": {"browser": {"name": "Edge"}}}),
            event(properties={}),
        )
    )

    assert landing.attributes() == [
        ("u1", "env.browser.name", '"Chrome"'),
        ("u1", "plan", '"pro"'),
        ("u1", "env.browser.name", '"Edge"'),
    ]


def test_conflicting_event_tells_nothing_of_attributes(landing: Landing) -> None:
    landing.set(attributes=("plan",))

    landing.load(
        lines(
            event("a", event_id="1", properties={"plan": "pro"}),
            event("b", event_id="1", properties={"plan": "free"}),
        )
    )

    assert landing.attributes() == [("a", "plan", '"pro"')]


def test_events_far_ahead_are_loaded_when_the_source_allows(landing: Landing) -> None:
    landing.set(max_ahead=None)

    assert landing.load(lines(event(at="9999-12-31T23:59:59Z"))).accepted == 1


def test_event_exactly_at_the_limit_is_loaded(landing: Landing) -> None:
    limit = NOW + timedelta(days=1)
    beyond = limit + timedelta(microseconds=1)

    report = landing.load(
        lines(event(at=limit.isoformat()), event(at=beyond.isoformat()))
    )

    assert (report.accepted, report.rejected) == (1, 1)


def test_sums_balance_when_rows_end_in_every_way(landing: Landing) -> None:
    report = landing.load(
        lines(
            event(event_id="1"),
            event(event_id="1"),
            event("other", event_id="1"),
            event(environment="staging"),
            "bad",
            record("a", x=1),
        )
    )

    assert (report.rows, report.accepted, report.duplicates) == (6, 2, 1)
    assert (report.conflicts, report.rejected, report.skipped) == (1, 1, 1)


def test_nothing_is_kept_when_sums_do_not_balance(landing: Landing) -> None:
    (source,) = landing.sources
    ledger = Ledger.read(landing.warehouse, source)
    batch = Batch.starting(source, NOW)
    batch.add(1, Record("u1", 0, "play", None, {}, {}), is_quick=True)
    tally = load.stage(landing.warehouse, "a", [batch], lambda path, rows: None)
    tally.rows += 1
    entry = load.Entry("a", Content("", 0, ""), "loaded", None)

    with pytest.raises(UnbalancedFileError, match="2 rows were read and 1 accounted"):
        load.load_staged(landing.warehouse, ledger, entry, tally=tally, now=NOW)

    assert landing.events() == landing.ask("FROM source_files") == []


def test_ledger_dates_the_accepted_rows(landing: Landing) -> None:
    landing.load(lines(event(at="2026-05-02"), event(at="2026-05-01"), record("a", AT)))

    assert landing.ask("SELECT first_at, last_at FROM source_files") == [
        (MAY, MAY + timedelta(days=1))
    ]


@pytest.mark.parametrize(("bad", "status"), [(99, "loaded"), (100, "refused")])
def test_file_is_refused_when_a_hundred_rows_and_a_tenth_are_bad(
    bad: int, status: str, landing: Landing
) -> None:
    good = [event(f"u{n}") for n in range(899)]

    report = landing.load(lines(*good, *["{}"] * bad))

    assert report.status == status


def test_refused_file_shows_the_threshold_and_the_first_fault(landing: Landing) -> None:
    good = [event(f"u{n}") for n in range(899)]

    report = landing.load(lines(*good, *["{}"] * 100))

    assert report.reason == (
        "100 of 999 rows are bad, more than the 10% allowed (`max_bad_share` of the "
        "source); nothing was loaded. The first: line 900: user_id: found nothing; "
        "wanted text or a number"
    )
    assert landing.events() == landing.rejects() == []


def test_many_bad_rows_are_allowed_when_the_source_says_so(landing: Landing) -> None:
    landing.set(max_bad_share=0.6)

    report = landing.load(lines(*[event(f"u{n}") for n in range(100)], *["{}"] * 120))

    assert (report.accepted, report.rejected) == (100, 120)


def test_raw_text_of_a_reject_is_bounded(landing: Landing) -> None:
    landing.load(f'{{"user_id": "{"x" * 10_000}"\n')

    ((raw,),) = landing.ask("SELECT raw FROM rejected_rows")
    assert raw == '{"user_id": "' + "x" * (4096 - 13) + "…"


def test_rows_of_another_environment_are_skipped_with_a_note(landing: Landing) -> None:
    report = landing.load(
        lines(
            event("a", environment="PRODUCTION"),
            event("b", environment=None),
            event("c", environment="staging"),
            event("d", environment="staging", at="never"),
            event("e", environment=""),
        )
    )

    assert (report.accepted, report.skipped, report.rejected) == (2, 3, 0)
    assert report.reason == (
        "skipped: environment 'staging' is not Production (2), "
        "environment '' is not Production (1)"
    )
