"""dbt commands that build nothing: freshness of sources, docs, operations, and what people look at. Run over a manifest of Slipway's."""

from __future__ import annotations

from typing import Any

import artifacts
from protocol import Channel, CommandRequest, Scrubber, SidecarError
from run import Runner, close_database

# What dbt prints for people; everything else it logs is about how it works.
_PRINTED = ("ShowNode", "CompiledNode")
_GOOD = ("success", "pass", "warn")


def command(request: CommandRequest, channel: Channel) -> dict[str, Any]:
    """Runs one command. Its failure is a result: `ok` false, with what dbt said of it as a whole or of each row."""
    runner = Runner(request["id"], channel, request["setting"])
    printed = _Printed(runner.scrub)
    runner.callbacks.append(printed)
    # `show` would run the tests of a node beside it, and print none of them.
    tests = "empty" if request["args"][0] == "show" else "eager"
    args = [*request["args"], "--indirect-selection", tests, "--target-path", request["setting"]["target_path"]]
    given: dict[str, Any] = {
        name: tuple(request[name]) for name in ("exclude", "resource_types", "exclude_resource_types")
    }
    given["full_refresh"] = not {"--full-refresh", "-f"}.isdisjoint(args)
    # Options beside which dbt takes no selector, not even none.
    without = ("selector",) if {"--inline", "--inline-direct"} & set(args) else ()
    try:
        outcome = runner.try_invoke(args, artifacts.load_manifest(request["manifest_path"]), without, **given)
    finally:
        close_database()
    if isinstance(outcome.exception, KeyboardInterrupt):
        raise outcome.exception
    if outcome.exception is not None and outcome.result is None:
        raise SidecarError(runner.failure(outcome.exception))
    rows = [_row(result, runner.scrub) for result in getattr(outcome.result, "results", None) or []]
    ok = bool(outcome.success) and all(row["status"] in _GOOD for row in rows)
    listed = [str(line) for line in outcome.result] if isinstance(outcome.result, list) else []
    return {
        "ok": ok,
        "message": None if ok else runner.failure()["message"],
        "rows": rows,
        "output": [runner.scrub(line) for line in listed] or printed.lines,
    }


class _Printed:
    """Listens for what dbt would have printed."""

    def __init__(self, scrub: Scrubber) -> None:
        self._scrub = scrub
        self.lines: list[str] = []

    def __call__(self, event: Any) -> None:
        try:
            if event.info.name in _PRINTED:
                self.lines += self._scrub(event.info.msg).splitlines()
        except Exception:  # noqa: BLE001 - an exception in a callback corrupts dbt's run
            pass


def _row(result: Any, scrub: Scrubber) -> dict[str, Any]:
    """A node's or a source's row; sources say how old their newest row is."""
    node = getattr(result, "node", None)
    age = getattr(result, "age", None)
    message = getattr(result, "message", None) or getattr(result, "error", None)
    return {
        "unique_id": getattr(node, "unique_id", None) or str(getattr(result, "unique_id", "")),
        "status": str(getattr(result.status, "value", result.status)),
        "message": scrub(message) if message else None,
        "age_ms": None if age is None else round(age * 1000),
    }
