"""What `headcount up` works on, and how it is ended."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from headcount.project import NoProjectError
from headcount.scaffold import write_project
from headcount.up.run import _ended_by_signals, _open


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    """A person in an empty home folder, who has named no project."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("HEADCOUNT_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_new_person_gets_a_sample_project(at_home):
    place, sample = _open(None)

    assert place == sample.folder == at_home / "headcount-sample"
    assert _open(place)[1].folder == place


def test_a_project_of_a_person_is_no_sample(at_home):
    write_project(at_home / "mine")

    assert _open(at_home / "mine") == (at_home / "mine", None)


def test_a_folder_that_was_named_is_never_replaced_by_a_sample(at_home, monkeypatch):
    with pytest.raises(NoProjectError):
        _open(at_home / "nowhere")
    monkeypatch.setenv("HEADCOUNT_HOME", str(at_home / "nowhere"))
    with pytest.raises(NoProjectError):
        _open(None)

    assert list(at_home.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_is_handled_as_before_afterwards(number):
    before = signal.getsignal(number)

    with _ended_by_signals():
        os.kill(os.getpid(), number)
        pytest.fail("it goes on")

    assert signal.getsignal(number) is before


def test_signals_while_it_cleans_up_are_not_heard():
    cleaned = False

    with _ended_by_signals():
        try:
            os.kill(os.getpid(), signal.SIGINT)
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            cleaned = True

    assert cleaned


def test_another_thread_hears_no_signals():
    ended = []

    def run():
        with _ended_by_signals():
            ended.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()

    assert ended == [True]
