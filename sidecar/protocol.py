"""The messages between Slipway and this process: JSON lines, requests on stdin, messages on the real standard output.

Nothing else can reach that output: file descriptor 1 is pointed at standard error before any other code runs, so prints of
users' code and of native libraries end up in the log.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import re
import threading
from typing import Any, TypedDict
from urllib.parse import quote

PROTOCOL = 1
TEXT_LENGTH_MAX = 20_000
_SECRET_NAME = re.compile(r"SECRET|PASSW|PASSPHRASE|TOKEN|PRIVATE|API_?KEY|ACCESS_?KEY|CREDENTIAL", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"""(://[^/\s:@"]*:)[^/\s@"]+@|(://)[^/\s:@"]{20,}@""")
_SECRET_LENGTH_MIN = 4


class Setting(TypedDict):
    """Where one invocation of dbt reads and writes; all paths absolute."""

    project_dir: str
    profiles_dir: str
    target: str
    target_path: str
    log_path: str
    vars: dict[str, Any]
    duckdb_wait_ms: int | None
    secret_names: list[str]


class ParseRequest(TypedDict):
    id: int
    op: str
    setting: Setting
    partial_parse_file: str
    full_parse: bool
    deps: bool
    deps_env: dict[str, str]


class BuildRequest(TypedDict):
    """Also the request of `compile`."""

    id: int
    op: str
    setting: Setting
    manifest_path: str
    tag: str
    threads: int | None
    fail_fast: bool
    tests_only: bool


class CommandRequest(TypedDict):
    """A dbt command over the candidate's relations: `args` begins with its name."""

    id: int
    op: str
    setting: Setting
    manifest_path: str
    args: list[str]
    exclude: list[str]
    resource_types: list[str]
    exclude_resource_types: list[str]


class ProfileRequest(TypedDict):
    id: int
    op: str
    project_dir: str
    profiles_dirs: list[str]
    env: dict[str, str]
    target: str | None


class ParseResult(TypedDict):
    manifest_path: str
    dbt_version: str
    adapter_type: str
    adapter_version: str
    library_version: str | None


class Row(TypedDict):
    """A node's one row in dbt's results."""

    unique_id: str
    status: str
    message: str | None
    failures: int | None
    execution_ms: int
    thread: str | None
    compile_started_at: str | None
    compile_completed_at: str | None
    execute_started_at: str | None
    execute_completed_at: str | None
    rows_affected: int | None
    compiled_code: str | None
    adapter_response: dict[str, Any]


class Failure(TypedDict, total=False):
    """Why a request was not done. `kind`: dbt | profile | cancelled | internal; `code` and `facts` name a case of `kind`."""

    kind: str
    code: str
    message: str
    type: str
    node: str | None
    file: str | None
    line: int | None
    column: int | None
    facts: dict[str, Any]


class SidecarError(Exception):
    """A failure that goes to the other side as it is."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.get("message", failure.get("code", "")))
        self.failure = failure


class Scrubber:
    """Takes the values of secret environment variables and passwords in URLs out of free text (never out of ids).

    Secret is what sounds like it, and what Slipway names. A value is also found percent-encoded, in base64, and as SQL and JSON write it.
    """

    def __init__(self, env: dict[str, str], names: list[str] | None = None) -> None:
        named = set(names or [])
        secrets = {v for k, v in env.items() if k in named or _SECRET_NAME.search(k)}
        forms = {form for v in secrets if len(v) >= _SECRET_LENGTH_MIN for form in _forms(v)}
        self.values = sorted(forms, key=len, reverse=True)
        """Longest first: a secret that begins like another one leaves no tail."""
        self._pattern = re.compile("|".join(map(re.escape, self.values))) if self.values else None

    def __call__(self, text: str) -> str:
        """The text without secrets, cut to a size that a log can bear."""
        margin = len(self.values[0]) if self.values else 0
        # Cut last: of a value across the cut the beginning would be left, which nobody knows again.
        hidden = self.hide(_URL_PASSWORD.sub(r"\1\2*****@", text[: TEXT_LENGTH_MAX + margin])) or ""
        return hidden[:TEXT_LENGTH_MAX]

    def hide(self, text: str | None) -> str | None:
        """The whole text without the values that are known."""
        return self._pattern.sub("*****", text) if text and self._pattern else text


def _forms(value: str) -> set[str]:
    encoded = base64.b64encode(value.encode("utf-8", "surrogateescape")).decode()
    lines = [line.strip() for line in value.splitlines()] if "\n" in value else []
    plain = [value, value.strip(), *(line for line in lines if len(line) >= 2 * _SECRET_LENGTH_MIN)]
    written = [form for v in plain for form in (v, v.replace("'", "''"))]
    shaped = [form for v in written for form in (v, json.dumps(v)[1:-1], json.dumps(v, ensure_ascii=False)[1:-1])]
    shaped += [quote(v, safe="", errors="replace") for v in plain]
    return {form for form in [*shaped, encoded] if len(form) >= _SECRET_LENGTH_MIN}


class Channel:
    """Sends messages from any thread without ever blocking the sender; one thread writes them, in order."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._queue: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._drain, name="slipway-writer", daemon=True)
        self._writer.start()

    @classmethod
    def take_stdout(cls) -> Channel:
        """Claims the real standard output for messages and sends everything else that is printed to standard error."""
        descriptor = os.dup(1)
        os.set_inheritable(descriptor, False)
        os.dup2(2, 1)
        return cls(descriptor)

    def send(self, message: dict[str, Any]) -> None:
        """Queues a message; never raises, never blocks."""
        self._queue.put(message)

    def close(self) -> None:
        """Returns when everything that was queued has been written (or the reader is gone)."""
        self._queue.put(None)
        self._writer.join()

    def _drain(self) -> None:
        while (message := self._queue.get()) is not None:
            data = json.dumps(message, ensure_ascii=True, default=str).encode() + b"\n"
            try:
                while data:
                    data = data[os.write(self._descriptor, data) :]
            except OSError:
                return  # The reader is gone; the end of stdin ends this process.
