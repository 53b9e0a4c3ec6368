"""The warm process: imports dbt once and forks a child per run. It runs nothing of anybody's, has no database open, sees no secret.

Started as `python -I <this folder> --warm PLACE`; the folder PLACE goes with it. Requests come on stdin, one JSON line each:
`{"op": "fork", "id": 1, "socket": PATH}`. The child leads a process group of its own and connects to the socket twice, for messages
and for errors. Its environment comes over that socket, so one run's values are never in the memory that the next is forked from.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from protocol import PROTOCOL, Channel

# Imported before the first fork: what runs need. The drivers are there or not.
_MODULES = ("commands", "user_profile", "duckdb_light")
_ADAPTERS = ("duckdb", "postgres")

Work = Callable[[BinaryIO, Channel], None]


def serve(work: Work, folders: list[str]) -> None:
    """Forks on request until stdin ends, then removes `folders`. It has one thread: a fork would copy others' locks without them."""
    output = os.dup(1)
    os.dup2(2, 1)
    for name in _MODULES:
        importlib.import_module(name)
    adapters = [name for name in _ADAPTERS if _has(f"dbt.adapters.{name}")]
    importlib.import_module("warm_up").warm_up(adapters)
    _close_duckdb()
    if len(os.listdir("/proc/self/task")) > 1:
        os._exit(1)  # runs start cold then
    gc.collect()
    gc.freeze()  # a collection in a child would otherwise touch, and so copy, every page it shares
    _Warm(work, output, folders).run()


def _has(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ModuleNotFoundError:
        return False
    return True


def _close_duckdb() -> None:
    """Importing duckdb opens a database in memory, which has threads. A child that wants one gets its own."""
    if "duckdb" in sys.modules:
        sys.modules["duckdb"].default_connection().close()


class _Warm:
    def __init__(self, work: Work, output: int, folders: list[str]) -> None:
        self._work = work
        self._output = output
        self._folders = folders
        self._children: dict[int, int] = {}  # pid -> id
        self._wake, self._woken = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)

    def run(self) -> None:
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        self._send({"type": "hello", "protocol": PROTOCOL, "pid": os.getpid(), "peak_kb": _peak_kb()})
        pending = b""
        while True:
            ready, _, _ = select.select([0, self._wake], [], [])
            if self._wake in ready:
                self._reap()
            if 0 in ready:
                data = os.read(0, 65536)
                if not data:
                    break
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    self._fork(json.loads(line))
        while self._children:  # each of them notices the end of its own socket
            select.select([self._wake], [], [])
            self._reap()
        os.chdir("/")
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)

    def _fork(self, request: dict[str, Any]) -> None:
        pid = os.fork()
        if pid != 0:
            self._children[pid] = request["id"]
            return
        try:
            self._be_child(request)
        finally:
            os._exit(1)

    def _be_child(self, request: dict[str, Any]) -> None:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in (self._output, self._wake, self._woken):
            os.close(descriptor)
        errors = _connect(request, "errors")
        messages = _connect(request, "messages")
        nothing = os.open(os.devnull, os.O_RDONLY)
        for standard, opened in ((0, nothing), (1, errors.fileno()), (2, errors.fileno())):
            os.dup2(opened, standard)
        source = messages.makefile("rb")
        surroundings = source.readline()
        if not surroundings:
            return  # nobody wants this child any more
        self._become(json.loads(surroundings), messages, source)

    def _become(self, surroundings: dict[str, Any], messages: socket.socket, source: BinaryIO) -> None:
        """A run of dbt, or the light DuckDB process, which talks by its standard streams."""
        os.environ.clear()
        os.environ.update(surroundings["env"])
        os.chdir(surroundings["cwd"])
        tempfile.tempdir = None
        time.tzset()
        if surroundings["program"] == "duckdb_light":
            os.dup2(messages.fileno(), 0)
            os.dup2(messages.fileno(), 1)
            import duckdb_light

            duckdb_light.run()
        else:
            self._work(source, Channel(messages.fileno()))

    def _reap(self) -> None:
        """Whatever a child may have started goes with it: the group is killed while its leader still keeps the number."""
        try:
            while os.read(self._wake, 4096):
                pass
        except BlockingIOError:
            pass
        while self._children:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return
            try:
                os.killpg(ended.si_pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
            _, status = os.waitpid(ended.si_pid, 0)
            code = os.waitstatus_to_exitcode(status)
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            self._send({"type": "exited", "id": self._children.pop(ended.si_pid), "how": how, "peak_kb": _peak_kb()})

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode() + b"\n"
        try:
            while data:
                data = data[os.write(self._output, data) :]
        except OSError:
            pass  # The reader is gone; the end of stdin ends this process.


def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _connect(request: dict[str, Any], stream: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(request["socket"])
    connection.sendall(json.dumps({"id": request["id"], "stream": stream, "pid": os.getpid()}).encode() + b"\n")
    return connection
