from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.error import URLError

import pytest
from tests.contracts.vendors import Vendor

from headcount.standins.faults import Fault, FaultPlan, parse_rates
from headcount.standins.process import running_standin


def test_state_is_kept_over_a_restart(tmp_path: Path) -> None:
    state, account = tmp_path / "remote.json", "a" * 32
    with running_standin("walkme", state_file=state) as standin:
        vendor = Vendor(standin, account)
        with closing(vendor.connect()) as destination:
            remote_id = destination.create(vendor.segment(), ["a"])

    with running_standin("walkme", state_file=state) as standin:
        vendor = Vendor(standin, account)
        with closing(vendor.connect()) as destination:
            destination.add(vendor.segment(), remote_id, ["b"])
            other_id = destination.create(vendor.segment("other"), [])
        assert vendor.members() == ["a", "b"]
    assert remote_id != other_id


def test_stand_in_is_not_reached_from_elsewhere() -> None:
    with running_standin("walkme") as standin:
        port = int(standin.url.rpartition(":")[2])
        with closing(socket.socket()) as other, pytest.raises(ConnectionError):
            other.connect(("127.0.0.2", port))


def test_terminated_stand_in_ends_well() -> None:
    command = [sys.executable, "-m", "headcount.standins", "walkme"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        said = json.loads(process.stdout.readline())
        time.sleep(0.3)  # until its loop runs
        os.kill(said["pid"], signal.SIGTERM)
        assert process.wait(10) == 0


def test_stand_in_ends_with_its_starter() -> None:
    """Also when that was killed: the pipe between them closes."""
    code = (
        "from headcount.standins.process import running_standin\n"
        "import os\n"
        "with running_standin('walkme') as standin:\n"
        "    print(standin.url, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=False
    )
    host, _, port = ended.stdout.strip().removeprefix("http://").partition(":")

    for _ in range(100):
        with closing(socket.socket()) as client:
            if client.connect_ex((host, int(port))) != 0:
                return
        time.sleep(0.1)
    pytest.fail("the stand-in outlived its starter")


def test_stand_in_that_cannot_start_says_so() -> None:
    with (
        pytest.raises(RuntimeError, match="exit code 2"),
        running_standin("walkme", faults="nonsense=1"),
    ):
        pass


def test_nobody_answers_after_the_block() -> None:
    with running_standin("walkme") as standin:
        assert standin.read_segments() == []
    with pytest.raises(URLError):
        standin.read_segments()


def test_faults_follow_from_the_seed() -> None:
    def draw(seed: int) -> list[Fault | None]:
        plan = FaultPlan(parse_rates("lost-reply=0.3,slow=0.2"), seed=seed)
        return [plan.next_for_call() for _ in range(200)]

    drawn = draw(1)
    assert drawn == draw(1) != draw(2)
    assert 0.2 < drawn.count(Fault.LOST_REPLY) / 200 < 0.4
    assert set(drawn) == {None, Fault.LOST_REPLY, Fault.SLOW}


def test_ordered_faults_come_first_and_once() -> None:
    plan = FaultPlan()
    plan.ordered.extend([Fault.SLOW, Fault.HTML])

    assert [plan.next_for_call() for _ in range(3)] == [Fault.SLOW, Fault.HTML, None]
    assert plan.next_for_token() is None


def test_rate_without_a_name_is_one_of_all_kinds_together() -> None:
    rates = parse_rates("0.3")

    assert sum(rates.values()) == pytest.approx(0.3)
    assert {Fault.LOST_REPLY, Fault.TOO_MANY_DATE, Fault.LATE} <= set(rates)


@pytest.mark.parametrize(
    "text", ["nonsense=0.1", "slow", "slow=often", "1.5", "-0.1", "slow=0.6,late=0.6"]
)
def test_rates_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_rates(text)


def test_late_request_arrives_when_others_have_gone_by() -> None:
    with running_standin("walkme") as standin:
        vendor = Vendor(standin)
        with closing(vendor.connect()) as destination:
            remote_id = destination.create(vendor.segment(), [])
            vendor.order("late")
            with pytest.raises(Exception, match="RemoteProtocolError"):
                destination.add(vendor.segment(), remote_id, ["late"])
            members = []
            for number in range(3):
                destination.add(vendor.segment(), remote_id, [str(number)])
                members.append(vendor.members())

    assert members == [["0"], ["0", "1"], ["0", "1", "2", "late"]]
