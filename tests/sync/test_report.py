from __future__ import annotations

from headcount.sync.report import PushReport, PushResult


def test_report_sums_what_pushes_did() -> None:
    done = PushResult("walkme", "a", "synced", added=2, removed=1, requests=2)
    late = PushResult("walkme", "b", "behind", requests=7, reason="walkme: down")

    report = PushReport((done, late))

    assert not report.is_good
    assert PushReport((done,)).is_good
    assert report.to_json() == {
        "pushes": [done.to_json(), late.to_json()],
        "added": 2,
        "removed": 1,
        "rejected": 0,
        "requests": 9,
    }
    assert late.to_json() == {
        "destination": "walkme",
        "segment_id": "b",
        "status": "behind",
        "added": 0,
        "removed": 0,
        "rejected": 0,
        "requests": 7,
        "reason": "walkme: down",
    }
