"""Processes of ``debate run`` that outlive the page which started them."""

import errno
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO

from debate.errors import ExitCode, RunFolderError

OUTPUTS = ".uploads"  # the folder beside the runs
_STOPPED = (ExitCode.INTERRUPTED, -signal.SIGINT)
_OUTPUT = ".output.txt"
_HALTED = "it was stopped"
_ROOM = 64 * 1024  # bytes that a run needs at least to say why it ended
_PATIENCE = 120.0  # seconds until a run has its folder: the time that Python takes to load on a busy machine


class Launcher:
    """Starts processes whose output is kept in one folder.

    Args:
        command: how a run is started.
    """

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        self._folder = folder
        self._command = tuple(command)

    def launch(
        self, arguments: Sequence[str], name: str, begun: Callable[[], bool], ended: Callable[[], object] = str
    ) -> None:
        """Start a run and wait until it has begun.

        Args:
            ended: is called once the process has ended and its last line says why.

        Raises:
            RunFolderError: it ended before, or took too long.
        """
        process = self._process(arguments, name)
        Thread(target=self._follow, args=(process, name, ended), daemon=True).start()
        until = time.monotonic() + _PATIENCE
        while not begun():
            if process.poll() is not None:
                raise RunFolderError(f"the run was not started: {self._why(name, process.returncode)}")
            if time.monotonic() > until:
                raise RunFolderError(f"the run {name} has not begun yet; look at its list again in a minute")
            time.sleep(0.1)

    def _follow(self, process: subprocess.Popen[bytes], name: str, ended: Callable[[], object]) -> None:
        self._why(name, process.wait())  # waited for, so that it leaves no zombie
        ended()

    def _process(self, arguments: Sequence[str], name: str) -> subprocess.Popen[bytes]:
        with self._open(name) as file:
            return subprocess.Popen(  # noqa: S603 - this program itself; whoever calls has checked the arguments
                [*self._command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # it continues when the page ends
            )

    def _open(self, name: str) -> IO[bytes]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            return self._output(name).open("wb")
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                longest = os.pathconf(self._folder, "PC_NAME_MAX") - len(_OUTPUT)
                raise RunFolderError(
                    f"the name of the run {name[:40]}… is too long to start it from here; rename its folder with at "
                    f"most {longest} bytes"
                ) from error
            raise unwritable(self._folder, error) from error

    def _why(self, name: str, code: int) -> str:
        """Return why a process ended, and keep it: that somebody stopped it, or the last line that it wrote."""
        path = self._output(name)
        if code in _STOPPED:
            with suppress(OSError), path.open("a", encoding="utf-8") as file:
                file.write(f"{_HALTED}\n")
            return _HALTED
        return _last_line(path)

    def _output(self, name: str) -> Path:
        return self._folder / f"{name}{_OUTPUT}"


def unwritable(folder: Path, error: OSError) -> RunFolderError:
    """Return what is told where a folder of this server takes no file."""
    return RunFolderError(f"cannot write to {folder}: {error.strerror}; make room, or move away what is in its place")


def last_words(runs: Path, name: str) -> str:
    """Return why a run that was started from the page ended; "" if none of this name was.

    Args:
        runs: the folder that it was in.
    """
    known = {one.name.removesuffix(_OUTPUT): one for one in (runs / OUTPUTS).glob(f"*{_OUTPUT}")}
    return _last_line(known[name]) if name in known else ""


def _last_line(path: Path) -> str:
    try:
        output = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"what it wrote cannot be read: {error.strerror}"
    said = next((line for line in reversed(output.splitlines()) if line.strip()), "")
    if not said and shutil.disk_usage(path.parent).free < _ROOM:  # there was no room for its words either
        return f"the disk of {path.parent} is full; make room"
    return said or "it ended without a word"
