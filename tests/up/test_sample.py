"""The sample project of `headcount up` checks, goes on, and pushes where it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from headcount.project import check_folder, open_project
from headcount.up.sample import Sample, is_sample

NOW = datetime(2026, 11, 22, 8, 13, tzinfo=UTC)


@pytest.fixture
def sample(tmp_path):
    return Sample.open(tmp_path / "sample", now=NOW)


def landed(sample):
    return sorted(path.name for path in sample.folder.glob("landing/walkme/*live*"))


def base_url(sample):
    return (
        open_project(sample.folder).settings.destinations["walkme"].options["base_url"]
    )


def test_a_new_sample_is_sound(sample):
    assert check_folder(sample.folder).faults == ()
    assert is_sample(sample.folder)


def test_what_a_person_changed_stays(sample):
    (sample.folder / "segments" / "mine.yaml").touch()
    sample.play_walkme(sample.folder / "walkme.json")

    again = Sample.open(sample.folder, now=NOW)

    assert (again.folder / "segments" / "mine.yaml").exists()


def test_half_a_sample_is_made_anew(tmp_path):
    (tmp_path / ".sample.part").mkdir()
    (tmp_path / ".sample.part" / "headcount.yaml").write_text("systems:")

    assert check_folder(Sample.open(tmp_path / "sample", now=NOW).folder).faults == ()


def test_events_go_on_arriving_every_five_minutes(sample):
    for minutes in (0, 1, 4, 5, 9):
        sample.feed(NOW + timedelta(minutes=minutes))

    assert landed(sample) == [
        "crm-live-2026-11-22T08-13-00.ndjson.gz",
        "crm-live-2026-11-22T08-18-00.ndjson.gz",
    ]


def test_pushes_go_to_the_stand_in_or_to_walkme(sample):
    first = sample.play_walkme(sample.folder / "walkme.json")
    played = base_url(sample)
    second = sample.play_walkme(sample.folder / "walkme.json")
    played_again = base_url(sample)
    sample.push_for_real()

    for service, url in ((first, played), (second, played_again)):
        port = service.command[service.command.index("--port") + 1]
        assert url == f"http://127.0.0.1:{port}"
    assert base_url(sample) == "https://api.walkme.com"
    assert check_folder(sample.folder).faults == ()
