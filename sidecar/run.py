"""Runs dbt: parse, build, compile. One of the few files that import dbt; importing it costs seconds."""

from __future__ import annotations

import gc
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

# dbt makes and keeps hundreds of thousands of objects. Looking for garbage less often halves a partial parse of 1,000 models
# (1.85 -> 0.95 s of processor time) and saves 0.6 s of the import, for 50 MB more at the peak (docs/facts/dbt.md).
gc.set_threshold(100_000, 50, 100)

# dbt reads the nearest `.env` above the working directory, at import and at every invocation. Never for us.
import dotenv  # noqa: E402

dotenv.load_dotenv = lambda *_args, **_kwargs: False

import yaml  # noqa: E402
from dbt.cli.main import dbtRunner, dbtRunnerResult  # noqa: E402
from dbt.contracts.graph.manifest import Manifest  # noqa: E402
from dbt.task.runnable import GraphRunnableTask  # noqa: E402
from dbt_common.events import functions as dbt_events  # noqa: E402
from dbt_common.exceptions import base as dbt_exceptions  # noqa: E402

import artifacts  # noqa: E402
from cancelling import cancelled_until_done  # noqa: E402
from events import Listener  # noqa: E402
from patience import wait_for_files  # noqa: E402
from protocol import BuildRequest, Channel, Failure, ParseRequest, ParseResult, Row, Scrubber, Setting, SidecarError  # noqa: E402

# Everything that a project's `flags:`, the user's settings or a declared environment variable could turn.
_FIXED = [
    *("--no-use-v2-parser", "--no-send-anonymous-usage-stats", "--no-upload-to-artifacts-ingest-api"),
    *("--no-hints-enabled", "--no-debug", "--no-quiet", "--no-use-colors", "--no-use-colors-file"),
    *("--log-level", "none", "--log-level-file", "debug", "--log-format-file", "text", "--no-log-cache-events"),
    *("--write-json", "--populate-cache", "--no-cache-selected-only", "--no-defer", "--no-favor-state"),
    *("--static-parser", "--no-use-experimental-parser", "--no-macro-debugging", "--no-single-threaded"),
    *("--partial-parse-file-diff", "--indirect-selection", "empty", "--no-snowflake-projects-otel"),
]
# The same for options that have no `--no-` form: given as parameters, which beat environment and project.
_PARAMETERS: dict[str, Any] = {
    "full_refresh": False,
    "store_failures": False,
    "sample": None,
    "event_time_start": None,
    "event_time_end": None,
    "exclude": (),
    "resource_types": (),
    "exclude_resource_types": (),
    "selector": None,
    "state": None,
    "defer_state": None,
    "profile": None,
    "record_timing_info": None,
}
# Commands of two words.
_GROUPS = ("docs", "source")
# Read by dbt behind its options' back, so only their absence switches them off.
_REMOVED_ENV = ("WARN_ERROR", "WARN_ERROR_OPTIONS", "RECORDER_MODE", "RECORDER_FILE_PATH", "RECORDER_TYPES")


def parse(request: ParseRequest, channel: Channel) -> ParseResult:
    """`dbt deps` if asked for, then `dbt parse`; the parse state is kept in `partial_parse_file`."""
    setting = request["setting"]
    runner = Runner(request["id"], channel, setting)
    if request["deps"]:
        with _environment(request["deps_env"]):
            runner.invoke(["deps"])
    target_path = Path(setting["target_path"])
    (target_path / artifacts.PARTIAL_PARSE).unlink(missing_ok=True)
    kept = Path(request["partial_parse_file"])
    mode = "--no-partial-parse" if request["full_parse"] else "--partial-parse"
    state = ["--partial-parse-file-path", str(kept)] if kept.exists() else []  # dbt refuses a missing file
    result = runner.invoke(["parse", mode, *state, "--target-path", str(target_path)])
    manifest = result.result
    if not isinstance(manifest, Manifest):
        raise SidecarError(runner.failure())
    artifacts.keep_partial_parse(target_path, kept, setting.get("secret_names") or [])
    adapter_type = manifest.metadata.adapter_type or ""
    return {
        "manifest_path": str(target_path / "manifest.json"),
        "dbt_version": artifacts.package_version("dbt-core") or "",
        "adapter_type": adapter_type,
        "adapter_version": artifacts.package_version(f"dbt-{adapter_type}") or "",
        "library_version": artifacts.library_version(adapter_type),
    }


def build(request: BuildRequest, channel: Channel) -> dict[str, Any]:
    """`dbt build`, or `dbt test`, of the tagged nodes of a manifest. Rows are sent as dbt records them; a cut run says `cancelled`."""
    runner = Runner(request["id"], channel, request["setting"])
    rows = _Rows(runner)
    started = perf_counter()
    # `dbt build` runs a unit test only together with its model, and leaves it out in silence otherwise.
    command = ["test"] if request["tests_only"] else ["build", "--use-fast-test-edges", "--no-empty"]
    args = [*command, *_selection(request)]
    args.append("--fail-fast" if request["fail_fast"] else "--no-fail-fast")
    with rows.streamed(), cancelled_until_done():
        outcome = runner.try_invoke(args, artifacts.load_manifest(request["manifest_path"]))
    close_database()
    if outcome.result is None and not isinstance(outcome.exception, KeyboardInterrupt):
        raise SidecarError(runner.failure(outcome.exception))
    for result in getattr(outcome.result, "results", None) or []:
        rows.add(result)
    return {
        "elapsed_ms": round((perf_counter() - started) * 1000),
        "cancelled": isinstance(outcome.exception, KeyboardInterrupt),
        "row_count": len(rows.sent),
    }


def compile_code(request: BuildRequest, channel: Channel) -> dict[str, Any]:
    """Compiled SQL of the tagged nodes by id. Introspective queries of the project run, nothing is built."""
    runner = Runner(request["id"], channel, request["setting"])
    args = ["compile", *_selection(request), "--no-empty", "--introspect", "--no-fail-fast"]
    try:
        result = runner.invoke(args, artifacts.load_manifest(request["manifest_path"])).result
    finally:
        close_database()
    rows = getattr(result, "results", None) or []
    failed = next((r for r in rows if str(r.status) == "error"), None)
    if failed is not None:
        failure: Failure = {"kind": "dbt", "message": runner.scrub(failed.message), "node": failed.node.unique_id}
        raise SidecarError(failure)
    return {"code": {r.node.unique_id: r.node.compiled_code for r in rows if r.node.compiled_code is not None}}


def _selection(request: BuildRequest) -> list[str]:
    threads = [] if request["threads"] is None else ["--threads", str(request["threads"])]
    return ["--select", f"tag:{request['tag']}", *threads, "--target-path", request["setting"]["target_path"]]


class Runner:
    """One request's way to dbt: flags, listener, failures."""

    def __init__(self, request_id: int, channel: Channel, setting: Setting) -> None:
        self.scrub = Scrubber(dict(os.environ), setting.get("secret_names"))
        _hide_from_logs(self.scrub)
        self.listener = Listener(channel, request_id, self.scrub)
        self.callbacks: list[Any] = [self.listener]
        self._setting = setting
        wait_ms = setting.get("duckdb_wait_ms")
        if wait_ms is not None:
            wait_for_files(wait_ms)

    def invoke(self, args: list[str], manifest: Manifest | None = None) -> dbtRunnerResult:
        """Raises SidecarError when dbt does not succeed."""
        outcome = self.try_invoke(args, manifest)
        if not outcome.success and (outcome.exception is not None or outcome.result is None):
            raise SidecarError(self.failure(outcome.exception))
        return outcome

    def try_invoke(
        self, args: list[str], manifest: Manifest | None = None, without: tuple[str, ...] = (), **given: Any
    ) -> dbtRunnerResult:
        """Never raises what dbt raises: it is in the result's `exception`. `given`: parameters that would be switched off otherwise;
        `without`: those that are left to dbt."""
        for name in _REMOVED_ENV:
            os.environ.pop(f"DBT_{name}", None)
            os.environ.pop(f"DBT_ENGINE_{name}", None)
        runner = dbtRunner(manifest=manifest, callbacks=self.callbacks)
        words = 2 if args[0] in _GROUPS else 1
        parameters = {**_PARAMETERS, **_no_warn_error(self._setting["project_dir"]), **given}
        for name in without:
            parameters.pop(name, None)
        return runner.invoke([*args[:words], *self._where(), *_FIXED, *args[words:]], **parameters)

    def failure(self, exception: BaseException | None = None) -> Failure:
        """dbt's exception, or what it logged when there is none."""
        if exception is not None:
            return artifacts.describe_exception(exception, self.scrub)
        message = "\n".join(self.listener.errors) or "dbt failed without saying why"
        return {"kind": "dbt", "type": "", "message": message, "node": None, "file": None}

    def _where(self) -> list[str]:
        s = self._setting
        directories = ["--project-dir", s["project_dir"], "--profiles-dir", s["profiles_dir"]]
        return [*directories, "--target", s["target"], "--log-path", s["log_path"], "--vars", json.dumps(s["vars"])]


class _Rows:
    """Sends each node's row once, and again only if dbt changed it."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._lock = threading.Lock()
        self.sent: dict[str, Row] = {}

    def add(self, result: Any) -> None:
        row = artifacts.result_row(result, self._runner.scrub)
        with self._lock:
            if self.sent.get(row["unique_id"]) == row:
                return
            self.sent[row["unique_id"]] = row
        self._runner.listener.emit({"kind": "result", "row": row})

    @contextmanager
    def streamed(self) -> Iterator[None]:
        """Within it, rows are sent at the moment dbt records them. A dbt without that moment sends them at the end."""
        original: Callable[[Any, Any], None] | None = getattr(GraphRunnableTask, "_handle_result", None)
        if original is None:
            yield
            return

        def recorded(task: Any, result: Any) -> None:
            original(task, result)
            try:
                if not result.node.is_ephemeral_model:
                    self.add(result)
            except Exception:  # noqa: BLE001 - dbt's bookkeeping must not suffer; the row comes at the end
                pass

        GraphRunnableTask._handle_result = recorded  # type: ignore[assignment, method-assign]
        try:
            yield
        finally:
            GraphRunnableTask._handle_result = original  # type: ignore[assignment, method-assign]


def _hide_from_logs(scrub: Scrubber) -> None:
    """dbt.log and dbt's exceptions too: dbt replaces in both whatever this function of its own names."""
    dbt_events.env_secrets = dbt_exceptions.env_secrets = lambda: scrub.values  # type: ignore[attr-defined]


def _no_warn_error(project_dir: str) -> dict[str, Any]:
    """Switches off the one of dbt's two exclusive warn-as-error settings that the project uses, if it does."""
    try:
        project = yaml.safe_load((Path(project_dir) / "dbt_project.yml").read_text("utf-8"))
        flags = project.get("flags") or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError):
        return {}  # dbt will say what is wrong with the file
    off: dict[str, Any] = {}
    if "warn_error" in flags:
        off["warn_error"] = False
    elif "warn_error_options" in flags:
        from dbt.cli.option_types import WarnErrorOptionsType

        off["warn_error_options"] = WarnErrorOptionsType().convert("{}", None, None)  # type: ignore[no-untyped-call]
    return off


def close_database() -> None:
    """DuckDB keeps its file locked after an invocation; the next reader may be waiting for it."""
    try:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    except ImportError:
        return
    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()  # type: ignore[no-untyped-call]
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


@contextmanager
def _environment(extra: dict[str, str]) -> Iterator[None]:
    """Variables that exist only while packages are fetched (proxy, certificates, SSH agent)."""
    before = dict(os.environ)
    os.environ.update(extra)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
