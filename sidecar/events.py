"""Turns dbt's events into messages. It must never raise: an exception in a callback hangs or corrupts dbt's run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from protocol import Channel, Scrubber

_LEVELS = {"info": "info", "warn": "warn", "error": "error"}
_PROGRESS = ("NodeStart", "NodeFinished")
_ERRORS_KEPT_MAX = 20


class Listener:
    """One invocation's callback; `errors` holds the last error lines, for failures that carry no exception."""

    def __init__(self, channel: Channel, request_id: int, scrub: Scrubber) -> None:
        self._channel = channel
        self._id = request_id
        self._scrub = scrub
        self.errors: list[str] = []

    def __call__(self, event: Any) -> None:
        """dbt calls this from its worker threads, for every event of every level."""
        try:
            self._forward(event)
        except Exception:  # noqa: BLE001 - see the first sentence of this file
            pass

    def emit(self, event: dict[str, Any]) -> None:
        """Sends one event of ours."""
        self._channel.send({"type": "event", "id": self._id, "event": event})

    def _forward(self, event: Any) -> None:
        name = event.info.name
        if name in _PROGRESS:
            self.emit(_progress(name, event))
            return
        level = _LEVELS.get(event.info.level)
        if level is None:
            return  # debug: dbt.log has it
        text = self._scrub(event.info.msg)
        if level == "error":
            self.errors = [*self.errors, text][-_ERRORS_KEPT_MAX:]
        node = getattr(event.data, "node_info", None)
        unique_id = getattr(node, "unique_id", None) or None
        self.emit({"kind": "log", "level": level, "name": name, "text": text, "unique_id": unique_id, "at": _now()})


def _progress(name: str, event: Any) -> dict[str, Any]:
    unique_id = event.data.node_info.unique_id
    if name == "NodeStart":
        return {"kind": "started", "unique_id": unique_id, "at": _now()}
    result = event.data.run_result
    execution_ms = round(result.execution_time * 1000)
    return {
        "kind": "finished",
        "unique_id": unique_id,
        "status": result.status,
        "at": _now(),
        "execution_ms": execution_ms,
    }


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Emit = Callable[[dict[str, Any]], None]
