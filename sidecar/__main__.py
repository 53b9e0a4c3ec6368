"""Slipway's dbt process: reads requests from stdin, one at a time, and answers on stdout. Started as `python -I <this folder>`.

It ends when stdin ends, so it never outlives the process that started it. dbt is imported with the first request that needs it;
with `--warm` it is imported at once, and runs are forked from this process (warm.py).
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from protocol import PROTOCOL, Channel, SidecarError

# How long dbt may take to cancel its statements after the parent is gone.
ORPHAN_GRACE_SECONDS = 10.0


def _parse(request: Any, channel: Channel) -> Any:
    import run

    return run.parse(request, channel)


def _build(request: Any, channel: Channel) -> Any:
    import run

    return run.build(request, channel)


def _compile(request: Any, channel: Channel) -> Any:
    import run

    return run.compile_code(request, channel)


def _command(request: Any, channel: Channel) -> Any:
    import commands

    return commands.command(request, channel)


def _profile(request: Any, _channel: Channel) -> Any:
    import user_profile

    return user_profile.load(request)


OPERATIONS: dict[str, Callable[[Any, Channel], Any]] = {
    "parse": _parse,
    "build": _build,
    "compile": _compile,
    "command": _command,
    "profile": _profile,
}


class Reader:
    """Reads requests in a thread of its own, so that `cancel` and the end of the input are noticed while dbt works."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._busy = False
        self._idle = threading.Event()
        self._ended = False
        self._interrupted = False

    def start(self) -> None:
        threading.Thread(target=self._read, name="slipway-reader", daemon=True).start()

    def working(self, busy: bool) -> None:
        """Told by the main thread around each request. Nothing is started once the parent is gone."""
        with self._lock:
            self._busy = busy
            if not busy:
                self._idle.set()
            elif self._ended:
                raise KeyboardInterrupt
            else:
                self._interrupted = False
                self._idle.clear()

    def _read(self) -> None:
        for line in self._source:
            request = json.loads(line)
            if request["op"] == "cancel":
                self._interrupt()
            else:
                self.requests.put(request)
        with self._lock:
            self._ended = True
        self.requests.put(None)
        if self._interrupt() and not self._idle.wait(ORPHAN_GRACE_SECONDS):
            os._exit(1)

    def _interrupt(self) -> bool:
        """Raises KeyboardInterrupt in the main thread if it works on a request: dbt then cancels its open statements.

        Once per request: a second one would cut that clean-up short.
        """
        with self._lock:
            if self._busy and not self._interrupted:
                self._interrupted = True
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            return self._busy


def answer(request: dict[str, Any], channel: Channel) -> None:
    """Carries out one request and sends `done` or `failed`."""
    head = {"id": request["id"]}
    try:
        result = OPERATIONS[request["op"]](request, channel)
        channel.send({"type": "done", **head, "result": result})
    except KeyboardInterrupt:
        channel.send({"type": "failed", **head, "error": {"kind": "cancelled"}})
    except SidecarError as error:
        channel.send({"type": "failed", **head, "error": error.failure})
    except Exception as error:  # noqa: BLE001 - the other side decides what to do with it
        traceback.print_exc()
        failure = {"kind": "internal", "type": type(error).__name__, "message": str(error)}
        channel.send({"type": "failed", **head, "error": failure})


def work(source: BinaryIO, channel: Channel) -> None:
    """Answers the requests of one run, then ends the process."""
    folder = os.environ.pop("SLIPWAY_WORK", None)
    # dbt cleans up on SIGINT only; a plain SIGTERM would leave its statements running.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    reader = Reader(source)
    channel.send({"type": "hello", "protocol": PROTOCOL, "pid": os.getpid(), "python": sys.version.split()[0]})
    reader.start()
    try:
        while (request := reader.requests.get()) is not None:
            reader.working(True)
            try:
                answer(request, channel)
            finally:
                reader.working(False)
    except KeyboardInterrupt:
        pass
    channel.close()
    sys.stderr.flush()
    if folder:  # home, temporary and working folder: the parent may be gone
        os.chdir("/")
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # dbt's and DuckDB's own farewells cost time and print noise


def main() -> None:
    if sys.argv[1:2] == ["--warm"]:
        import warm

        warm.serve(work, [sys.argv[2], os.environ["SLIPWAY_WORK"]])
    else:
        work(sys.stdin.buffer, Channel.take_stdout())


if __name__ == "__main__":
    main()
