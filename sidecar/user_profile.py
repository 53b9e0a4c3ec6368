"""Reads the user's profiles.yml the way dbt does, without importing dbt (0.1 s instead of seconds)."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any, NoReturn

import yaml
from jinja2.exceptions import TemplateError
from jinja2.nativetypes import NativeCodeGenerator, NativeTemplate
from jinja2.sandbox import SandboxedEnvironment

from protocol import Failure, ProfileRequest, SidecarError

_SECRET_KEY = re.compile(
    r"pass|secret|token|private_key|passphrase|api_key|access_key|account_key|keyfile_json|credential", re.IGNORECASE
)
_SECRET_KEY_EXCEPT = re.compile(r"^(use_credential_provider|secret_directory|secrets)$|_path$|_name$", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"://[^/\s:@]*:[^/\s@]+@|\bpassword\s*=|_token=", re.IGNORECASE)
_SECRET_ENV = "DBT_ENV_SECRET"


def load(request: ProfileRequest) -> dict[str, Any]:
    """The chosen output, rendered. Raises SidecarError of kind `profile` with a code, the file and the line."""
    project_file = Path(request["project_dir"]) / "dbt_project.yml"
    if not project_file.is_file():
        fail("no_project", file=str(project_file))
    project = _Document(project_file)
    render = _Renderer(request["env"])
    profile_name = render.value(project.mapping().get("profile"), project, 1, ())
    if not isinstance(profile_name, str) or not profile_name:
        fail("no_profile_in_project", file=str(project_file))

    looked = [str(Path(d) / "profiles.yml") for d in request["profiles_dirs"]]
    found = next((p for p in looked if Path(p).is_file()), None)
    if found is None:
        fail("no_profiles_file", facts={"looked": looked})
    profiles = _Document(Path(found))
    named = {"file": str(project_file), "line": project.line("profile")}
    profile = _pick(profiles, (), profile_name, "profile_missing", named)
    outputs = profile.get("outputs") if isinstance(profile, dict) else None
    if not isinstance(outputs, dict) or not outputs:
        fail("no_outputs", file=found, line=profiles.line(profile_name), facts={"profile": profile_name})

    default_target = _default_target(render, profile, profiles, profile_name, needed=request["target"] is None)
    target = request["target"] or default_target
    listed = {"file": found, "line": profiles.line(profile_name, "outputs")}
    output = _pick(profiles, (profile_name, "outputs"), str(target), "target_missing", listed)
    if not isinstance(output, dict) or "type" not in output:
        line = profiles.line(profile_name, "outputs", str(target))
        fail("no_type", file=found, line=line, facts={"target": target})
    first_line = profiles.line(profile_name, "outputs", str(target)) or 1
    rendered = render.tree(output, profiles, first_line, ())
    return {
        "profiles_file": found,
        "profile_name": profile_name,
        "targets": [str(name) for name in outputs],
        "default_target": default_target,
        "target": target,
        "output": rendered,
        "env_names": sorted(render.env_names),
        "secret_keys": sorted(".".join(map(str, path)) for path in _secret_paths(rendered, ()) | render.secret_paths),
    }


def fail(code: str, **failure: Any) -> NoReturn:
    """Raises the failure of a case."""
    details: Failure = {"kind": "profile", "code": code, **failure}  # type: ignore[typeddict-item]
    raise SidecarError(details)


class _Document:
    """A YAML file with the lines its keys stand on."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        try:
            self.text = path.read_text("utf-8")
            self._root = yaml.compose(self.text, Loader=yaml.SafeLoader)
            self.data = yaml.safe_load(self.text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = {"line": mark.line + 1, "column": mark.column + 1} if mark else {}
            fail("not_yaml", file=self.path, message=error.problem or str(error), **where)
        except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
            fail("not_yaml", file=self.path, message=str(error))

    def mapping(self) -> dict[str, Any]:
        if not isinstance(self.data, dict):
            fail("not_yaml", file=self.path, line=1, message="expected a mapping of keys to values")
        return self.data

    def line(self, *keys: str) -> int | None:
        """Line (from 1) of a key, or of the deepest of its parents that exists."""
        node, line = self._root, None
        for key in keys:
            if not isinstance(node, yaml.MappingNode):
                break
            pair = next((p for p in node.value if str(p[0].value) == key), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        return line

    def line_of(self, text: str, first_line: int) -> int | None:
        """Line of the first occurrence of a text at or after a line."""
        lines = self.text.splitlines()
        return next((i + 1 for i in range(first_line - 1, len(lines)) if text in lines[i]), None)


class _Renderer:
    """dbt's rules for Jinja in profiles: native values, `as_number`, `as_bool`; a missing variable is an error."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env
        self._jinja = _Environment(extensions=["jinja2.ext.do"])
        self._jinja.filters.update(as_text=_Text, as_bool=_Bool, as_native=_Native, as_number=_Number)
        self.env_names: set[str] = set()
        self.secret_paths: set[tuple[Any, ...]] = set()

    def tree(self, value: Any, document: _Document, first_line: int, path: tuple[Any, ...]) -> Any:
        if isinstance(value, dict):
            return {key: self.tree(inner, document, first_line, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.tree(inner, document, first_line, (*path, i)) for i, inner in enumerate(value)]
        return self.value(value, document, first_line, path)

    def value(self, value: Any, document: _Document, first_line: int, path: tuple[Any, ...]) -> Any:
        if isinstance(value, date):
            return value.isoformat()
        if not isinstance(value, str) or not re.search(r"{[{%#]", value):
            return value
        used: set[str] = set()
        try:
            rendered = self._jinja.from_string(value).render({"env_var": self._env_var(used)})
        except _EnvMissing as missing:
            name = str(missing)
            line = document.line_of(name, first_line)
            fail("env_missing", file=document.path, line=line, facts={"name": name})
        except (TemplateError, TypeError, ValueError) as error:
            if "password" in path:
                return value  # as dbt: a password may look like Jinja
            line = document.line_of(value.splitlines()[0], first_line)
            fail("not_rendered", file=document.path, line=line, message=str(error))
        self.env_names |= used
        if any(name.startswith(_SECRET_ENV) for name in used):
            self.secret_paths.add(path)
        return rendered

    def _env_var(self, used: set[str]) -> Callable[..., str]:
        def env_var(var: str, default: str | None = None) -> str:
            used.add(var)
            found = self._env.get(var, default)
            if found is None:
                raise _EnvMissing(var)
            return found

        return env_var


class _EnvMissing(Exception):
    pass


class _Text(str):
    pass


class _Native(str):
    pass


class _Bool(_Native):
    pass


class _Number(_Native):
    pass


class _Environment(SandboxedEnvironment):
    code_generator_class = NativeCodeGenerator


class _Template(NativeTemplate):
    environment_class = _Environment  # type: ignore[assignment]

    def render(self, *args: Any, **kwargs: Any) -> Any:
        context = self.new_context(dict(*args, **kwargs))
        return _concat(self.root_render_func(context))


_Environment.template_class = _Template


def _concat(nodes: Iterator[Any]) -> Any:
    """One value keeps its type unless a filter asked for another; several become one string."""
    head = list(islice(nodes, 2))
    if not head:
        return ""
    if len(head) > 1:
        return "".join(str(value) for value in chain(head, nodes))
    raw = head[0]
    if isinstance(raw, _Text):
        return str(raw)
    if not isinstance(raw, _Native):
        return raw
    try:
        result = literal_eval(raw)
    except (ValueError, SyntaxError, MemoryError):
        result = str(raw)
    if isinstance(raw, _Bool) and not isinstance(result, bool):
        raise ValueError(f"Could not convert value '{raw!s}' into type 'bool'")
    if isinstance(raw, _Number) and (isinstance(result, bool) or not isinstance(result, (int, float))):
        raise ValueError(f"Could not convert value '{raw!s}' into type 'number'")
    return result


def _pick(document: _Document, path: tuple[str, ...], name: str, code: str, where: dict[str, Any]) -> Any:
    """A member of a mapping, or a failure that names what is there."""
    mapping: Any = document.mapping()
    for key in path:
        mapping = mapping[key]
    names = {str(key): key for key in mapping if path or key != "config"}
    if name in names:
        return mapping[names[name]]
    fail(code, facts={"name": name, "known": list(names), "profile": path[0] if path else None}, **where)


def _default_target(
    render: _Renderer, profile: dict[str, Any], profiles: _Document, profile_name: str, *, needed: bool
) -> str:
    line = profiles.line(profile_name) or 1
    try:
        return str(render.value(profile.get("target", "default"), profiles, line, ()))
    except SidecarError:
        if needed:
            raise
        return "default"  # the target was given; dbt does not render this one either


def _secret_paths(value: Any, path: tuple[Any, ...]) -> set[tuple[Any, ...]]:
    """Where values stand that nobody should see."""
    if isinstance(value, dict):
        return set().union(*(_secret_paths(inner, (*path, key)) for key, inner in value.items()))
    if isinstance(value, list):
        return set().union(*(_secret_paths(inner, (*path, i)) for i, inner in enumerate(value)))
    key = next((str(part) for part in reversed(path) if not isinstance(part, int)), "")
    by_name = bool(_SECRET_KEY.search(key)) and not _SECRET_KEY_EXCEPT.search(key)
    by_value = isinstance(value, str) and bool(_SECRET_VALUE.search(value))
    return {path} if value not in (None, "", True, False) and (by_name or by_value) else set()
