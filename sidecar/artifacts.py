"""What dbt leaves behind, as plain data: manifests, result rows, versions, exceptions. One of the few files that import dbt."""

from __future__ import annotations

import json
import os
import shutil
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TextIO

import msgpack
from dbt.adapters import cache
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.contracts.graph.manifest import Manifest
from dbt_common.clients import system

from protocol import Failure, Row, Scrubber

PARTIAL_PARSE = "partial_parse.msgpack"


def _dump(data: Any, file: TextIO, **options: Any) -> None:
    file.write(json.dumps(data, **options))


# `json.dump` writes piece by piece, in Python; `json.dumps` is C: 0.15 s less for each manifest.json of 1,000 models.
system.json = SimpleNamespace(**{**vars(json), "dump": _dump})  # type: ignore[assignment, attr-defined]

# dbt tells of every relation that it finds in a schema; nobody asks for it (`--no-log-cache-events`), and the message costs more than the
# finding: 50 ms for 1,000 relations.
cache.fire_event = lambda *_args, **_kwargs: None  # type: ignore[attr-defined]


def load_manifest(path: str) -> Manifest:
    """A manifest.json (pruned and renamed by Slipway) as dbt's own object. Good for one invocation only."""
    manifest: Manifest = Manifest.from_writable_manifest(WritableManifest.read_and_check_versions(path))
    for node in manifest.nodes.values():
        begin = getattr(node.config, "begin", None)
        if isinstance(begin, str):  # JSON has no times; microbatch needs one
            node.config.begin = datetime.fromisoformat(begin)  # type: ignore[union-attr]
    manifest.rebuild_ref_lookup()
    manifest.build_parent_and_child_maps()
    manifest.build_flat_graph()
    return manifest


def keep_partial_parse(target_path: Path, kept: Path, secret_names: list[str]) -> None:
    """Moves dbt's new parse state, written only when something was parsed, to where the next commit finds it. Atomic.

    It holds what every variable was; that of a secret is taken out, so that what sees one is parsed again next time.
    """
    written = target_path / PARTIAL_PARSE
    if not written.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    copy = kept.with_name(f"{kept.name}.{os.getpid()}")
    if secret_names:
        copy.write_bytes(_without_values(written.read_bytes(), set(secret_names)))
    else:
        shutil.copyfile(written, copy)
    os.replace(copy, kept)
    written.unlink()


def _without_values(state: bytes, names: set[str]) -> bytes:
    data = msgpack.unpackb(state, strict_map_key=False)
    data["env_vars"] = {k: "*****" if k in names else v for k, v in data["env_vars"].items()}
    packed: bytes = msgpack.packb(data)
    return packed


def package_version(name: str) -> str | None:
    """Version of an installed package, without asking anybody outside."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def library_version(adapter_type: str) -> str | None:
    """The database library inside the adapter, where the adapter *is* the database."""
    found = package_version("duckdb") if adapter_type == "duckdb" else None
    return f"duckdb {found}" if found else None


def result_row(result: Any, scrub: Scrubber) -> Row:
    """dbt's RunResult as a row."""
    response = result.adapter_response or {}
    affected = response.get("rows_affected")
    times = {t.name: t for t in result.timing if t.started_at}
    compiling, executing = times.get("compile"), times.get("execute")
    return {
        "unique_id": result.node.unique_id,
        "status": str(getattr(result.status, "value", result.status)),
        "message": scrub(result.message) if result.message else None,
        "failures": result.failures,
        "execution_ms": round(result.execution_time * 1000),
        "thread": result.thread_id or None,
        "compile_started_at": _utc(compiling.started_at if compiling else None),
        "compile_completed_at": _utc(compiling.completed_at if compiling else None),
        "execute_started_at": _utc(executing.started_at if executing else None),
        "execute_completed_at": _utc(executing.completed_at if executing else None),
        "rows_affected": int(affected) if isinstance(affected, (int, float)) and affected >= 0 else None,
        "compiled_code": scrub.hide(getattr(result.node, "compiled_code", None)),
        "adapter_response": {
            str(k): v for k, v in response.items() if v is None or isinstance(v, (str, int, float, bool))
        },
    }


def describe_exception(exception: BaseException, scrub: Scrubber) -> Failure:
    """What dbt says about its own failure; the other side looks for the line."""
    if isinstance(exception, KeyboardInterrupt):
        return {"kind": "cancelled"}
    node = getattr(exception, "node", None)
    return {
        "kind": "dbt",
        "type": type(exception).__name__,
        "message": scrub(str(exception)),
        "node": getattr(node, "unique_id", None),
        "file": getattr(node, "original_file_path", None),
    }


def _utc(time: datetime | None) -> str | None:
    if time is None:
        return None
    return time.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
