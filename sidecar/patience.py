"""Waits for a DuckDB file that another program holds, as Slipway itself does, where dbt would fail at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

LOCKED = "Could not set lock on file"
_FIRST_S = 0.05
_FACTOR = 1.6
_MAX_S = 1.0


def wait_for_files(limit_ms: int) -> None:
    """From now on `duckdb.connect` of this process waits up to `limit_ms`; then DuckDB's own error says who holds the file."""
    import duckdb

    original: Callable[..., Any] = getattr(duckdb.connect, "impatient", duckdb.connect)

    def connect(*args: Any, **kwargs: Any) -> Any:
        until = time.monotonic() + limit_ms / 1000
        pause = _FIRST_S
        while True:
            try:
                return original(*args, **kwargs)
            except duckdb.IOException as error:
                if LOCKED not in str(error) or time.monotonic() + pause > until:
                    raise
            time.sleep(pause)
            pause = min(pause * _FACTOR, _MAX_S)

    connect.impatient = original  # type: ignore[attr-defined]
    duckdb.connect = connect
