"""What a tick found goes into the store, as one: the caller holds the transaction.

Source: segments.md §6.2 and §6.4.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from headcount.definitions.fingerprint import fingerprint
from headcount.definitions.load import definition_to_json
from headcount.evaluate.outcome import Outcome, report_of
from headcount.evaluate.registration import Case
from headcount.store import membership, registry, runs, snapshots
from headcount.store.membership import Change, Told
from headcount.store.retelling import Retelling, commit_retellings
from headcount.store.snapshots import Valid
from headcount.store.standings import Standing, update_segments
from headcount.store.warehouse import Warehouse


def record_outcomes(
    warehouse: Warehouse, run: runs.Run, outcomes: Sequence[Outcome], *, now: datetime
) -> None:
    """Everything the tick found is in the store; inside one transaction."""
    runs.record_run(warehouse, run)
    for outcome in outcomes:
        _register(warehouse, outcome.case, now)
    told = [
        _told(outcome, outcome.change)
        for outcome in outcomes
        if outcome.change is not None
    ]
    valid = [
        Valid(outcome.snapshot, outcome.case.at, _is_again(outcome.case))
        for outcome in outcomes
        if outcome.snapshot is not None
    ]
    membership.commit_changes(warehouse, told)
    snapshots.commit_snapshots(warehouse, valid, run_id=run.run_id)
    update_segments(warehouse, map(_standing, outcomes))
    runs.record_segments(warehouse, run, map(_entry, outcomes))


def record_past(
    warehouse: Warehouse,
    run: runs.Run,
    outcomes: Sequence[Outcome],
    retellings: Iterable[Retelling],
    *,
    now: datetime,
) -> None:
    """What the run found of a tick that newer ones follow is in the store.

    How the segments stand stays as those left it; an edit has its version. Inside the
    transaction that records the run.
    """
    for outcome in outcomes:
        _register(warehouse, outcome.case, now)
    commit_retellings(warehouse, retellings, run_id=run.run_id)
    standings = (_standing_as_it_is(outcome.case) for outcome in outcomes)
    update_segments(warehouse, filter(None, standings))
    runs.record_segments(warehouse, run, map(_entry, outcomes))


def _told(outcome: Outcome, change: Change) -> Told:
    case = outcome.case
    return Told(case.segment_id, case.at, case.version, change, _is_again(case))


def _is_again(case: Case) -> bool:
    """Whether something may have been told of the instant, or a later one, before."""
    before = case.registered.last_evaluated_at if case.registered else None
    return before is not None and before >= case.at


def _register(warehouse: Warehouse, case: Case, now: datetime) -> None:
    if case.edit == "none":
        return
    definition = case.definition
    text = definition_to_json(definition)
    if case.edit == "new":
        registry.add_segment(
            warehouse,
            segment_id=definition.id,
            system=definition.system,
            file=case.file,
            is_classic=definition.classic,
            now=now,
        )
    if case.edit in {"new", "changed"}:
        registry.add_version(
            warehouse,
            segment_id=definition.id,
            version=case.version,
            fingerprint=fingerprint(definition),
            definition=text,
            now=now,
        )
    if case.edit == "reworded":
        registry.reword_version(
            warehouse,
            segment_id=definition.id,
            version=case.version,
            definition=text,
        )


def _standing(outcome: Outcome) -> Standing:
    case, change = outcome.case, outcome.change
    is_frozen = outcome.status == "Expired" and case.registered is not None
    kept_expiry = case.registered.expired_at if case.registered and is_frozen else None
    return Standing(
        segment_id=case.segment_id,
        file=case.file,
        version=case.version,
        status=outcome.status,
        reason=outcome.reason,
        is_orphaned=case.is_orphaned,
        members=change.size if change is not None else None,
        evaluated_at=case.at if change is not None else None,
        expired_at=case.at if case.is_last and change is not None else kept_expiry,
    )


def _standing_as_it_is(case: Case) -> Standing | None:
    """How the segment stands, with the version that its file has now."""
    before = case.registered
    if before is None:
        return None
    return Standing(
        segment_id=case.segment_id,
        file=before.file,
        version=case.version,
        status=before.status,
        reason=before.status_reason,
        is_orphaned=before.is_orphaned,
        members=None,
        evaluated_at=None,
        expired_at=before.expired_at,
    )


def _entry(outcome: Outcome) -> runs.SegmentEntry:
    report, change = report_of(outcome), outcome.change
    return runs.SegmentEntry(
        segment_id=report.segment_id,
        version=report.version,
        mode=report.mode,
        status=report.status,
        reason=report.reason,
        members=report.members,
        entered=report.entered,
        exited=report.exited,
        stayed=change.stayed if change is not None else report.members or 0,
        bounds=json.dumps(outcome.bounds),
        seconds=outcome.seconds,
    )
