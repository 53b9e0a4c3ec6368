"""The light DuckDB process: runs SQL on one file for Slipway. Imports only duckdb (0.2 s), never dbt; decides nothing.

JSON lines: one request per line on stdin, one answer per line on stdout. The process ends when stdin closes, at once, whatever
it is doing: DuckDB's write-ahead log makes that safe. Nothing else may ever be written to stdout.
"""

from __future__ import annotations

import decimal
import json
import os
import queue
import signal
import sys
import threading
import traceback
from typing import Any

PROTOCOL = 1
SAFE_TYPES = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "BOOLEAN",
    "VARCHAR",
    "FLOAT",
    "DOUBLE",
}
LARGE_TYPES = {"BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT"}
# Fixed when the file is opened; the rest is SET afterwards (some of it loads an extension, which needs an open connection).
CONNECT_SETTINGS = {"storage_compatibility_version", "allow_unsigned_extensions", "allow_community_extensions"}
# Slipway decides these itself: no downloads behind the user's back, no way around read-only.
OWN_SETTINGS = {
    "access_mode": None,
    "autoinstall_known_extensions": "false",
    "python_enable_replacements": "false",
    "enable_progress_bar": None,
    "enable_progress_bar_print": None,
}


def literal(value: Any) -> str:
    """A setting's value as SQL text; booleans in DuckDB's spelling."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def cell(value: Any, kind: str) -> Any:
    """One value of a row: large integers and decimals as text, never rounded; floats that JSON lacks as text."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, int):
        return str(value) if kind in LARGE_TYPES else value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    return str(value)


class Light:
    """One connection at most; each public method answers one kind of request."""

    def __init__(self, duckdb: Any) -> None:
        self.duckdb = duckdb
        self.connection: Any = None

    def open(self, request: dict[str, Any]) -> dict[str, Any]:
        self.close(request)
        settings = {k: v for k, v in request["settings"].items() if k.lower() not in OWN_SETTINGS}
        config = {k: v for k, v in OWN_SETTINGS.items() if v is not None}
        config.update({k: literal(v)[1:-1] for k, v in settings.items() if k.lower() in CONNECT_SETTINGS})
        connection = self.duckdb.connect(request["path"], read_only=request["read_only"], config=config)
        try:
            skipped = self.prepare(connection, request, settings)
            if request.get("use"):
                connection.execute(f"USE {identifier(request['use'])}")
            catalog = connection.execute("select current_database()").fetchone()[0]
        except BaseException:
            connection.close()
            raise
        self.connection = connection
        return {"catalog": catalog, "skipped": skipped}

    def prepare(self, connection: Any, request: dict[str, Any], settings: dict[str, Any]) -> list[dict[str, str]]:
        """Loads extensions, attaches read-only, applies settings. What cannot be had is listed: most work needs none of it."""
        skipped = []
        for name in request["extensions"]:
            try:
                connection.load_extension(name)
            except self.duckdb.Error as error:
                skipped.append({"what": f"extension {name}", "message": str(error)})
        for entry in request["attach"]:
            kind = f"TYPE {entry['type']}, " if entry.get("type") else ""
            path = entry["path"].replace("'", "''")
            connection.execute(f"ATTACH '{path}' AS {identifier(entry['alias'])} ({kind}READ_ONLY)")
        for name, value in settings.items():
            if name.lower() in CONNECT_SETTINGS:
                continue
            try:
                connection.execute(f"SET {identifier(name)} = {literal(value)}")
            except self.duckdb.Error as error:
                skipped.append({"what": f"setting {name}", "message": str(error)})
        if request["file_search_path"]:
            connection.execute(f"SET file_search_path = {literal(','.join(request['file_search_path']))}")
        return skipped

    def run(self, request: dict[str, Any]) -> list[Any]:
        """Statements in order. An error ends the batch and names the statement, unless that statement is marked `try`."""
        results = []
        for index, statement in enumerate(request["statements"]):
            try:
                results.append(self.one(statement))
            except self.duckdb.Error as error:
                if not statement.get("try"):
                    raise Failed(error, index) from error
                results.append({"error": str(error)})
        return results

    def one(self, statement: dict[str, Any]) -> dict[str, Any] | None:
        sql, parameters = statement["sql"], statement.get("parameters")
        if statement.get("read_only"):
            self.refuse_writing(sql)
        if not statement.get("rows"):
            self.connection.execute(sql, parameters)
            return None
        relation = self.connection.sql(sql, params=parameters)
        if relation is None:
            return {"columns": [], "rows": []}
        columns, kinds = relation.columns, [str(kind) for kind in relation.types]
        # Other types (times, nested values, ...) in DuckDB's own text: Python's have other limits (year 1, microseconds).
        if not all(
            k in SAFE_TYPES or k in LARGE_TYPES or (k.startswith("DECIMAL(") and k.endswith(")")) for k in kinds
        ):
            plain = SAFE_TYPES | LARGE_TYPES
            relation = relation.project(
                ", ".join(f"#{i + 1}" if k in plain else f"CAST(#{i + 1} AS VARCHAR)" for i, k in enumerate(kinds))
            )
        rows = [[cell(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in relation.fetchall()]
        return {"columns": columns, "rows": rows}

    def refuse_writing(self, sql: str) -> None:
        kinds = [statement.type.name for statement in self.connection.extract_statements(sql)]
        if len(kinds) != 1 or kinds[0] not in ("SELECT", "EXPLAIN"):
            raise self.duckdb.InvalidInputException("Only one query that reads is allowed here.")

    def close(self, _request: dict[str, Any]) -> None:
        if self.connection is not None:
            connection, self.connection = self.connection, None
            connection.close()


class Failed(Exception):
    """A statement of a batch that failed, with its index."""

    def __init__(self, error: Exception, index: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.index = index


def answer(light: Light, request: dict[str, Any]) -> dict[str, Any]:
    operations = {"open": light.open, "run": light.run, "close": light.close}
    try:
        return {"id": request["id"], "ok": operations[request["op"]](request)}
    except Failed as failed:
        return {
            "id": request["id"],
            "error": {"kind": type(failed.error).__name__, "message": str(failed), "at": failed.index},
        }
    except Exception as error:  # noqa: BLE001 - the other side decides what to do with it
        return {"id": request["id"], "error": {"kind": type(error).__name__, "message": str(error)}}


def read_requests(requests: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Runs in a thread, so that a parent that died is noticed in the middle of a long statement."""
    for line in sys.stdin.buffer:
        requests.put(json.loads(line))
    os._exit(0)


def main() -> None:
    # Ctrl-C reaches the whole terminal group; what to do about it is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    import duckdb

    light = Light(duckdb)
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    print(json.dumps({"protocol": PROTOCOL, "duckdb": duckdb.__version__}), file=out, flush=True)
    threading.Thread(target=read_requests, args=(requests,), daemon=True).start()
    while True:
        print(json.dumps(answer(light, requests.get()), ensure_ascii=False), file=out, flush=True)


def run() -> None:
    """Never returns an error to its caller: the process ends."""
    try:
        main()
    except BaseException:  # noqa: BLE001 - whatever it is, this process ends
        # The reading thread cannot be joined, so the interpreter's own way out would only add a second complaint.
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


if __name__ == "__main__":
    run()
