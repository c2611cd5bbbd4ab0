"""Processes that are kept: what ends is started again, and nothing is left behind.

Each runs in a session of its own, so that Ctrl-C reaches only the one who keeps them,
and so that its children end with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from headcount import clock
from headcount.errors import StateError

MARK = "HEADCOUNT_KEPT_FOR"  # in the environment of every process of a folder
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0)
FORGIVEN_AFTER_S = 600.0
# A worker's join now and then never ends, and the triggerer takes up to 11 s.
STOP_WITHIN_S = 8.0
LOG_BYTES = 20_000_000

Say = Callable[[str], None]


class ServiceError(StateError):
    """A process ended, ends again and again, or is not ready within the time."""

    kind = "service"

    def __init__(self, *, name: str, fault: str, logs: Path) -> None:
        self.name = name
        self.logs = logs
        super().__init__(f"{name} {fault}; see {log_of(logs, name)}")


@dataclass(frozen=True, slots=True)
class Service:
    """A command that runs until it is asked to end, and the signal that asks."""

    name: str
    command: tuple[str, ...]
    stops_at: signal.Signals = signal.SIGTERM


class Services:
    """The processes of one folder, in the order in which they were started."""

    def __init__(self, environment: Mapping[str, str], logs: Path, *, say: Say) -> None:
        self._environment = environment
        self.logs = logs
        self._say = say
        self._kept: dict[str, _Kept] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Those that were started."""
        return tuple(self._kept)

    def start(self, *services: Service) -> None:
        """Each is running; what it says goes to a log of its own."""
        for service in services:
            kept = _Kept(service, self._environment, self.logs)
            self._kept[service.name] = kept
            kept.start()

    def require_alive(self) -> None:
        """Return when all are; ServiceError names one that has ended."""
        for kept in self._kept.values():
            kept.require_alive()

    def tend(self) -> None:
        """What has ended is started again, each time after a longer pause.

        Raises ServiceError for one that ended too often.
        """
        for kept in self._kept.values():
            kept.tend(self._say)

    def kill(self, name: str) -> None:
        """That one has ended, and is started again by `tend`."""
        self._kept[name].kill()

    def stop(self, *names: str) -> None:
        """The named ones have ended with all their children; none named: all."""
        chosen = [
            self._kept[name] for name in names or self._kept if name in self._kept
        ]
        for kept in chosen:
            kept.ask_to_stop()
        end = clock.elapsed_s() + STOP_WITHIN_S
        for kept in chosen:
            kept.wait(max(0.1, end - clock.elapsed_s()))


class _Kept:
    """One process, and how often it has ended."""

    def __init__(
        self, service: Service, environment: Mapping[str, str], logs: Path
    ) -> None:
        self._service = service
        self._environment = environment
        self._logs = logs
        self._process: subprocess.Popen[bytes] | None = None
        self._ends: list[float] = []
        self._due_s = 0.0

    def start(self) -> None:
        path = log_of(self._logs, self._service.name)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".out.1"))
        with path.open("ab") as out:
            self._process = subprocess.Popen(
                self._service.command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def require_alive(self) -> None:
        if self._process and self._process.poll() is not None:
            self._refuse(f"ended with {self._process.returncode}")

    def tend(self, say: Say) -> None:
        if self._process and self._process.poll() is not None:
            self._note_end(self._process, say)
        elif self._process is None and clock.elapsed_s() >= self._due_s:
            self.start()
            say(f"{self._service.name} was started again")

    def _note_end(self, process: subprocess.Popen[bytes], say: Say) -> None:
        self.kill()  # its children hold what its successor needs
        self._process = None
        now_s = clock.elapsed_s()
        recent = [end for end in self._ends if now_s - end < FORGIVEN_AFTER_S]
        self._ends = [*recent, now_s]
        if len(self._ends) > len(PAUSES_S):
            self._refuse(f"ended {len(self._ends)} times in {FORGIVEN_AFTER_S:g} s")
        pause_s = PAUSES_S[len(recent)]
        self._due_s = now_s + pause_s
        say(
            f"{self._service.name} ended with {process.returncode}; "
            f"it is started again in {pause_s:g} s"
        )

    def kill(self) -> None:
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def ask_to_stop(self) -> None:
        if self._process:
            self._process.send_signal(self._service.stops_at)

    def wait(self, wait_s: float) -> None:
        if self._process:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(wait_s)
            self.kill()

    def _refuse(self, fault: str) -> None:
        raise ServiceError(name=self._service.name, fault=fault, logs=self._logs)


def log_of(logs: Path, name: str) -> Path:
    """Where the process of that name says what it does."""
    return logs / f"{name}.out"


def end_leftovers(folder: Path) -> int:
    """No process kept for `folder` is left by a keeper that was killed; how many were.

    Only for the one keeper of the folder. Every process kept for it carries the folder
    in its environment, so that no list can be stale.
    """
    left = [process for process in psutil.process_iter() if _is_of(process, folder)]
    _signal_all(left, psutil.Process.terminate)
    _, stubborn = psutil.wait_procs(left, timeout=STOP_WITHIN_S)
    _signal_all(stubborn, psutil.Process.kill)
    psutil.wait_procs(stubborn, timeout=STOP_WITHIN_S)
    return len(left)


def _signal_all(
    processes: Iterable[psutil.Process], send: Callable[[psutil.Process], None]
) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            send(process)


def _is_of(process: psutil.Process, folder: Path) -> bool:
    if process.pid == os.getpid():
        return False
    try:
        return process.environ().get(MARK) == str(folder)
    except (psutil.Error, OSError):  # it has ended, or is not ours to ask
        return False
