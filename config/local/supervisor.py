"""Runs our processes side by side: one ends, all end, and the reason is said last."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
import threading
from collections.abc import Callable

from honcho.manager import Manager
from honcho.printer import Message, Printer

from config.local.privilege import follow_parent

STARTED = re.compile(r"(\S+) started ")
STOPPED = re.compile(r"(\S+) stopped \(rc=(-?\d+)\)")
ASKED = re.compile(r"(SIGINT|SIGTERM) received")


class ExitWatcher(Printer):
    """Prints what the processes say, and remembers who stopped first and what it said last."""

    def __init__(self, processes: int, when_started: Callable[[], None]) -> None:
        super().__init__(sys.stdout)
        self._missing = processes
        self._when_started = when_started
        self._last_lines: dict[str, str] = {}
        self.asked = False
        self.reason = ""

    def write(self, message: Message) -> None:
        if message.name != "system":
            text = message.data
            line = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
            if line.strip():
                self._last_lines[message.name] = line.strip()
            super().write(message)
        elif ASKED.match(message.data):
            self.asked = True
        elif found := STOPPED.match(message.data):
            self._note_stop(found[1], int(found[2]))
        elif STARTED.match(message.data):
            self._missing -= 1
            if self._missing == 0:
                threading.Thread(target=self._when_started, daemon=True).start()

    def _note_stop(self, name: str, code: int) -> None:
        if self.asked or self.reason:
            return
        how = (
            f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        )
        said = self._last_lines.get(name)
        self.reason = f"{name} {how}" + (f": {said}" if said else ".")


def run_processes(commands: dict[str, list[str]], when_started: Callable[[], None]) -> str:
    """Run until told to stop or until one ends; return the reason, empty if we were told."""
    # honcho's own helpers must not outlive us, not even after kill -9.
    os.register_at_fork(after_in_child=lambda: follow_parent(signal.SIGKILL))
    witness = ExitWatcher(len(commands), when_started)
    manager = Manager(witness)
    for name, command in commands.items():
        line = shlex.join([sys.executable, "-m", "config.local.child", *command])
        manager.add_process(name, f"exec {line}")
    manager.loop()
    return witness.reason
