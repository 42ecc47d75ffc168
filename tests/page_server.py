"""A real ``debate serve`` in a process of its own."""

import subprocess
import sys
from pathlib import Path


class Server:
    def __init__(self, runs: Path, *options: str, port: str = "0") -> None:
        command = [sys.executable, "-m", "debate", "serve", str(runs), "--port", port, *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().split()[0].rstrip("/")
        self.port = self.address.rpartition(":")[2]

    def kill(self) -> None:
        """End it at once; it may have ended already."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
