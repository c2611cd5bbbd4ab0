"""Whatever happens between ticks, a tick tells what the oracle tells of all that came.

Files land late, twice or ahead of time, definitions come, change and go, ticks are
skipped, told again, backfilled or killed in the middle, and what was kept for them is
lost or damaged. A short look in every run; `python -m tests.simulations.lives` looks
long.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from headcount.definitions.load import Loaded, load_definitions
from headcount.definitions.loaded import Registry
from headcount.evaluate.backfill import Span, tell_tick
from headcount.evaluate.deletion import delete_segment
from headcount.evaluate.outcome import TickReport
from headcount.evaluate.tick import evaluate_tick
from headcount.evaluate.verification import verify_memberships
from headcount.store import catalog, membership, registry, runs, snapshots
from headcount.store.verification import Check, verify_books, verify_snapshots
from tests import oracle
from tests.evaluate.dying import DyingWarehouse, KilledError
from tests.evaluate.product import (
    SYSTEM,
    as_yaml,
    event_line,
    ingest,
    members_at,
    record_line,
    settings_of,
    write_file,
)
from tests.evaluate.test_ticks_against_oracle import without_end
from tests.oracle import Definition, Event, Record
from tests.strategies import edges_of, events, instants, records
from tests.strategies_rules import Moment, moments, projects

QUARTER = timedelta(minutes=15)
BACK = [1, 2, 5, 30, 100]  # quarters of an hour to where the past is told anew
FORWARD = [0, 1, 1, 1, 4, 12, 26, 96, 700]  # quarters of an hour to the next tick
STEPS = 12
LAST_CALL = 60  # statements after which a killed tick dies at the latest


@st.composite
def lands(draw: st.DrawFn) -> tuple[Moment, list[dict[str, Definition]]]:
    """A moment, and some projects to take definitions from."""
    moment = draw(moments())
    drawn = [draw(projects(moment)), draw(projects(moment))]
    return moment, [without_end(one, moment.zone) for one in drawn]


AN_INSTANT = timedelta(microseconds=1)


class TickMachine(RuleBasedStateMachine):
    """A project that lives on; after each tick it is held to the oracle."""

    @initialize(drawn=lands())
    def begin(self, drawn: tuple[Moment, list[dict[str, Definition]]]) -> None:
        self.moment, (self.definitions, self.others) = drawn
        edges = {at for one in drawn[1] for at in edges_of(one, self.moment)}
        self.pool = instants(sorted(edges), self.moment)
        self.at = self.moment.at - timedelta(days=2)
        self.events: list[Event] = []
        self.records: list[Record] = []
        self.files: list[list[str]] = []
        self.retired: set[str] = set()
        self.settings = settings_of({"timezone": self.moment.zone.key})
        self.folder = Path(mkdtemp(prefix="headcount-machine-"))
        self.open()

    def open(self) -> None:
        self.warehouse = DyingWarehouse.open(self.folder / "warehouse" / "store.duckdb")

    def teardown(self) -> None:
        if hasattr(self, "warehouse"):
            self.warehouse.close()
            shutil.rmtree(self.folder)

    # ── what arrives ──────────────────────────────────────────────────────────

    def land(self, lines: list[str]) -> None:
        self.files.append(lines)
        write_file(lines, self.folder / f"log-{len(self.files):04}.ndjson")
        ingest(self.warehouse, self.settings, self.folder)

    @rule(data=st.data())
    def events_land(self, data: st.DataObject) -> None:
        one = events(self.pool, self.moment)
        came = data.draw(st.lists(one, min_size=1, max_size=8))
        self.events += came
        self.land([event_line(event) for event in came])

    @rule(data=st.data())
    def attributes_land(self, data: st.DataObject) -> None:
        one = records(self.pool, self.moment)
        came = data.draw(st.lists(one, min_size=1, max_size=3))
        self.records += came
        self.land([record_line(record) for record in came])

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def a_file_lands_again(self, data: st.DataObject) -> None:
        # With another one, so that it is not the same file under another name.
        some = data.draw(st.lists(st.sampled_from(self.files), min_size=2, max_size=2))
        self.land([line for lines in some for line in lines])

    # ── definitions ───────────────────────────────────────────────────────────

    @rule(data=st.data())
    def a_definition_is_edited(self, data: st.DataObject) -> None:
        plain = [one for one in self.others.values() if not refers(one)]
        if plain and self.definitions:
            segment_id = data.draw(st.sampled_from(sorted(self.definitions)))
            self.definitions[segment_id] = data.draw(st.sampled_from(plain))

    @rule(data=st.data())
    def a_definition_is_added(self, data: st.DataObject) -> None:
        plain = [one for one in self.others.values() if not refers(one)]
        free = [f"n{i}" for i in range(3) if f"n{i}" not in self.retired]
        if plain and free:
            self.definitions[free[0]] = data.draw(st.sampled_from(plain))

    @rule(data=st.data())
    def a_segment_is_deleted(self, data: st.DataObject) -> None:
        used = {name for one in self.definitions.values() for name in refers(one)}
        known = registry.read_registered(self.warehouse)
        free = sorted(self.definitions.keys() & known.keys() - used)
        if free:
            segment_id = data.draw(st.sampled_from(free))
            del self.definitions[segment_id]
            self.retired.add(segment_id)
            # Nobody can delete at a tick's instant what that tick has told.
            delete_segment(self.warehouse, segment_id, at=self.at + AN_INSTANT)

    # ── what goes wrong ───────────────────────────────────────────────────────

    @rule(quarters=st.sampled_from(FORWARD), calls=st.integers(0, LAST_CALL))
    def a_tick_is_killed(self, quarters: int, calls: int) -> None:
        self.at += quarters * QUARTER
        self.warehouse.calls_left = calls
        with suppress(KilledError):
            self.evaluate()
        self.warehouse.close()
        self.open()

    @rule(data=st.data())
    def what_was_kept_is_damaged(self, data: st.DataObject) -> None:
        folder = self.folder / "warehouse"
        kept = sorted(
            path
            for name in ("state", "columns")
            for path in (folder / name).rglob("*.*")
            if path.is_file()
        )
        if not kept:
            return
        path = data.draw(st.sampled_from(kept))
        content = path.read_bytes()
        if data.draw(st.booleans()) or path.suffix in {".run", ".values"}:
            path.write_bytes(content[: len(content) // 2])
        elif content:
            place = data.draw(st.integers(0, min(len(content), 8) - 1))
            path.write_bytes(
                content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
            )

    # ── ticks ─────────────────────────────────────────────────────────────────

    @rule(quarters=st.sampled_from(FORWARD), full=st.sampled_from([False] * 5 + [True]))
    def tick(self, quarters: int, full: bool) -> None:
        self.at += quarters * QUARTER
        report = self.evaluate(full=full)

        failed = [one for one in report.segments if one.status == "Failed"]
        assert not failed
        expected = oracle.members(
            self.definitions,
            {"timezone": self.moment.zone.key},
            self.events,
            self.records,
            self.at,
        )
        found = members_at(self.warehouse, self.definitions, self.at)
        assert found == expected, oracle.first_difference(
            found,
            expected,
            definitions=self.definitions,
            events=self.events,
            attributes=self.records,
        )

    @precondition(lambda self: self.newest is not None)
    @rule(
        back=st.sampled_from(BACK),
        ticks=st.integers(1, 3),
        restate=st.booleans(),
        calls=st.none() | st.integers(0, LAST_CALL),
    )
    def the_past_is_told(
        self, back: int, ticks: int, restate: bool, calls: int | None
    ) -> None:
        newest = self.newest
        assert newest is not None
        span = [newest - back * QUARTER + i * QUARTER for i in range(ticks)]
        span = [at for at in span if at < newest]
        before = self.standing(since=newest)
        if calls is not None:
            self.warehouse.calls_left = calls
            with suppress(KilledError):
                self.backfill(span, restate=restate)
            self.warehouse.close()
            self.open()
        reports = self.backfill(span, restate=restate)

        for report in reports:
            self.require_told(report, restate=restate)
        assert self.standing(since=newest) == before
        if reports:
            assert not [one for one in self.verified() if one.count]

    def require_told(self, report: TickReport, *, restate: bool) -> None:
        """What a backfilled tick told is what the oracle tells of its instant now."""
        told = {one.segment_id: one for one in report.segments}
        assert all(one.status == "Active" for one in told.values())
        expected = oracle.members(
            self.definitions,
            {"timezone": self.moment.zone.key},
            self.events,
            self.records,
            report.at,
        )
        if restate:
            assert told.keys() == self.definitions.keys()
        # What was told in its time stays, and so does what others see of it.
        told = {
            key: one
            for key, one in told.items()
            if restate or not refers(self.definitions[key])
        }
        found = members_at(self.warehouse, told, report.at)
        assert found == {key: expected[key] for key in told}
        assert {key: one.members for key, one in told.items()} == {
            key: len(members) for key, members in found.items()
        }

    def backfill(self, span: list[datetime], *, restate: bool) -> list[TickReport]:
        """The ticks are told, as one process tells them; those that told something."""
        with TemporaryDirectory(dir=self.folder) as aside:
            how = Span(Path(aside), restate)
            told = [
                tell_tick(
                    self.warehouse,
                    self.load(),
                    self.settings.systems,
                    folder=self.folder / "snapshots",
                    at=at,
                    now=max(self.at, datetime.now(ZoneInfo("UTC"))),
                    span=how,
                )
                for at in span
            ]
        return [report for report in told if report.segments]

    @property
    def newest(self) -> datetime | None:
        """The newest tick that was told."""
        return runs.read_newest(self.warehouse, self.at)[0]

    def standing(self, *, since: datetime) -> Any:
        """How registered segments stand, by members, sizes and snapshots since then."""
        known = registry.read_registered(self.warehouse)
        told = {key for key, one in known.items() if one.last_evaluated_at == since}
        return {
            key: (
                membership.read_members(self.warehouse, key, since).rows(),
                catalog.read_sizes(self.warehouse, key, until=None)[-1],
                self.shown(key, since),
            )
            for key in told
        }

    def shown(self, segment_id: str, at: datetime) -> bytes:
        """The snapshot that is valid at an instant."""
        found = snapshots.latest_snapshot(self.warehouse, segment_id, at=at)
        assert found is not None
        return (self.folder / "snapshots" / found.file).read_bytes()

    def verified(self) -> list[Check]:
        """What `verify` says of the books, the snapshots and the memberships."""
        return [
            *verify_books(self.warehouse),
            *verify_snapshots(self.warehouse, self.folder / "snapshots"),
            *verify_memberships(self.warehouse, self.settings.systems),
        ]

    def load(self) -> Loaded:
        """The definitions, written to files and read back."""
        segments = self.folder / "segments"
        shutil.rmtree(segments, ignore_errors=True)
        segments.mkdir()
        for segment_id, raw in self.definitions.items():
            text = as_yaml({"name": segment_id, "system": SYSTEM, **raw})
            (segments / f"{segment_id}.yaml").write_text(text, encoding="utf-8")
        return load_definitions(segments, self.settings, registry=self.known())

    def evaluate(self, *, full: bool = False) -> TickReport:
        return evaluate_tick(
            self.warehouse,
            self.load(),
            self.settings.systems,
            folder=self.folder / "snapshots",
            at=self.at,
            now=max(self.at, datetime.now(ZoneInfo("UTC"))),
            full=full,
        )

    def known(self) -> Registry:
        found = registry.read_registered(self.warehouse).values()
        return Registry(
            {one.segment_id: one.system for one in found if not one.deleted_at},
            frozenset(one.segment_id for one in found if one.deleted_at),
        )


def refers(definition: Mapping[str, Any]) -> set[str]:
    """The segments that the definition refers to."""
    found: Iterable[Mapping[str, Any]] = (
        leaf for one in definition["rules"] for leaf in oracle.leaves(one)
    )
    return {leaf["segment"] for leaf in found if "segment" in leaf}


def test_ticks_tell_what_the_oracle_tells() -> None:
    examples = max(6, settings().max_examples // 10)
    run_state_machine_as_test(
        TickMachine,
        settings=settings(max_examples=examples, stateful_step_count=STEPS),
    )
