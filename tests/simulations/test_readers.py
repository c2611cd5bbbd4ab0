from __future__ import annotations

from pathlib import Path

from tests.simulations.readers import KINDS, hammer


def test_no_reader_sees_half_a_tick_or_fails(tmp_path: Path) -> None:
    """A short run of what `python -m tests.simulations.readers` does."""
    readers = hammer(tmp_path, 3, alone=1)["readers"]

    assert readers.keys() == set(KINDS)
    for reader in readers.values():
        assert "failure" not in reader
        assert reader["torn"] == 0
        assert reader["reads"] > 0
    assert readers["opens"]["states_seen"] > 1
