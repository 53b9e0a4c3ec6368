"""Makes a cancelled dbt run end: dbt cancels open statements once, and then waits for whatever is sent after that. Imports dbt."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dbt.adapters.factory import get_adapter
from dbt.task.runnable import GraphRunnableTask

# A worker that was between two statements when the others were cancelled sends its next one soon after.
_AGAIN_SECONDS = 0.25


@contextmanager
def cancelled_until_done() -> Iterator[None]:
    """Within it, a cancel of dbt's cancels open statements again and again until all workers have stopped."""
    original: Any = getattr(GraphRunnableTask, "_cancel_connections", None)
    if original is None:
        yield
        return

    def cancel(task: Any, pool: Any) -> None:
        stopped = threading.Event()
        threading.Thread(target=_insist, args=(task, stopped), name="slipway-cancel", daemon=True).start()
        try:
            original(task, pool)
        finally:
            stopped.set()

    GraphRunnableTask._cancel_connections = cancel  # type: ignore[method-assign]
    try:
        yield
    finally:
        GraphRunnableTask._cancel_connections = original  # type: ignore[method-assign]


def _insist(task: Any, stopped: threading.Event) -> None:
    adapter = get_adapter(task.config)
    while adapter.is_cancelable() and not stopped.wait(_AGAIN_SECONDS):
        try:
            with adapter.connection_named("slipway_cancel"):
                adapter.cancel_open_connections()
        except Exception:  # noqa: BLE001 - dbt's own cancel may have ended this very connection
            pass
