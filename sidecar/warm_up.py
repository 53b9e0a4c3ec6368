"""A first parse of a tiny project, so that what dbt prepares when it is first needed (validators, serialisers, templates of its own
macros) is ready before the first fork: half of what a small change costs. Opens no connection, and starts no thread that stays.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from dbt import deprecations
from dbt.adapters.factory import reset_adapters
from dbt.contracts.graph.manifest import Manifest
from dbt.plugins import manager as plugins
from dbt_common.clients.jinja import template_cache

import artifacts
from protocol import Setting
from run import Runner

# One of each kind, because each kind has validators of its own. Left out is what only the static parser reads (see _parse).
_FILES = {
    "dbt_project.yml": "name: tiny\nprofile: tiny\nvars: {a: 1}\nmodels: {tiny: {+tags: [x]}}\nseeds: {tiny: {+quote_columns: false}}\n",
    "models/a.sql": "{{ config(materialized='incremental', unique_key='id') }}\nselect {{ var('a') }} as id from {{ source('s', 't') }}\n",
    "models/b.sql": "select * from {{ ref('a') }} join {{ ref('c') }} using (id) where {{ m() }}\n",
    "models/schema.yml": """
sources: [{name: s, loaded_at_field: at, freshness: {warn_after: {count: 1, period: day}}, tables: [{name: t, columns: [{name: id}]}]}]
models:
  - {name: a, description: d, columns: [{name: id, data_type: int, data_tests: [unique, not_null]}]}
  - {name: b, config: {contract: {enforced: false}}, data_tests: [{m: {arguments: {x: 1}}}]}
exposures: [{name: e, type: dashboard, owner: {name: x}, depends_on: [ref('b')]}]
""",
    "macros/m.sql": "{% macro m() %}1 = 1{% endmacro %}\n{% test m(model, x) %}select * from {{ model }} where {{ x }} = 2{% endtest %}\n",
    "seeds/c.csv": "id\n1\n",
    "seeds/c.yml": "seeds: [{name: c, columns: [{name: id}]}]\n",
    "snapshots/d.sql": "{% snapshot d %}{{ config(strategy='check', check_cols='all', unique_key='id') }}select 1 as id{% endsnapshot %}\n",
    "tests/one.sql": "select * from {{ ref('a') }} where id < 0\n",
}
_PROFILES = """
tiny:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: ':memory:', schema: main, threads: 1}
    postgres: {type: postgres, host: localhost, port: 1, user: x, password: x, dbname: x, schema: x, threads: 1}
"""


class _Silence:
    """Nobody listens."""

    def send(self, _message: dict[str, Any]) -> None:
        pass


def warm_up(adapters: list[str]) -> list[str]:
    """One parse for each adapter; returns those that dbt parsed for. A failure is no matter: runs only start more slowly."""
    done = []
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**_FILES, "profiles.yml": _PROFILES}.items():
            file = Path(folder, name)
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        for adapter in adapters:
            try:
                done += [adapter] if _parse(folder, adapter) else []
            except Exception:  # noqa: BLE001 - another version of dbt, perhaps
                pass
    plugins._get_dbt_modules.cache_clear()
    deprecations.reset_deprecations()  # type: ignore[no-untyped-call]
    reset_adapters()  # type: ignore[no-untyped-call]
    return done


def _parse(folder: str, adapter: str) -> bool:
    setting: Setting = {
        "project_dir": folder,
        "profiles_dir": folder,
        "target": adapter,
        "target_path": f"{folder}/target",
        "log_path": f"{folder}/logs",
        "vars": {},
        "duckdb_wait_ms": None,
        "secret_names": [],
    }
    runner = Runner(0, _Silence(), setting)  # type: ignore[arg-type]
    # The static parser is native code that starts threads which stay, and which a fork would not have.
    args = ["parse", "--no-static-parser", "--target-path", setting["target_path"]]
    if not runner.try_invoke([*args, "--no-partial-parse"]).success:
        return False
    _compile_macros(artifacts.load_manifest(f"{folder}/target/manifest.json"))
    model = Path(folder, "models/b.sql")
    text = model.read_text()
    model.write_text(f"{text}\n-- changed, for a parse that reads the state of the last one\n")
    state = ["--partial-parse-file-path", f"{folder}/target/{artifacts.PARTIAL_PARSE}"]
    done = runner.try_invoke([*args, "--partial-parse", *state]).success
    model.write_text(text)
    return done


def _compile_macros(manifest: Manifest) -> None:
    """dbt's own, into the cache that dbt keeps by their text: building one table and testing it takes 46 of them, 2 to 3 ms each."""
    for macro in manifest.macros.values():
        if macro.package_name != "tiny":
            template_cache.get_node_template(macro)
