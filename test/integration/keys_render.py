"""Renders pairs of templates with Jinja and reports pairs whose SQL differs in more than comments and blanks."""

import json
import re
import sys

import jinja2

BLANK = " \t\n\r\f"
IDENTIFIER = r"A-Za-z0-9_$\u0080-\uffff"
ESCAPED = re.compile(r"[eE]'(?:[^'\\]|\\.|'')*'", re.S)
SINGLE = re.compile(r"'(?:[^']|'')*'")
NAME = re.compile(r'"(?:[^"]|"")*"')
DOLLAR = re.compile(r"\$([A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$")
WORD = re.compile(rf"[{IDENTIFIER}]+")


def block_end(sql: str, start: int) -> int:
    depth, at = 1, start + 2
    while at < len(sql) and depth:
        two = sql[at : at + 2]
        depth += {"/*": 1, "*/": -1}.get(two, 0)
        at += 2 if two in ("/*", "*/") else 1
    return -1 if depth else at


def token_at(sql: str, at: int) -> tuple[str, int]:
    """The token that begins at `at` and where it ends; a blank stands for blanks and comments. Written apart from the product."""
    glued = at > 0 and WORD.match(sql[at - 1]) is not None
    if sql[at] in BLANK:
        return " ", at + 1
    if sql.startswith("--", at):
        end = re.compile(r"[\n\r]|\Z").search(sql, at)
        return " ", end.start() if end else len(sql)
    if sql.startswith("/*", at):
        end = block_end(sql, at)
        return (" ", end) if end > 0 else (sql[at:], len(sql))
    for pattern, allowed in ((ESCAPED, not glued), (SINGLE, True), (NAME, True)):
        match = pattern.match(sql, at)
        if match and allowed:
            return match.group(), match.end()
    opening = None if glued else DOLLAR.match(sql, at)
    if opening:
        end = sql.find(opening.group(), opening.end())
        stop = len(sql) if end < 0 else end + len(opening.group())
        return sql[at:stop], stop
    if sql[at] in "'\"":
        return sql[at:], len(sql)
    word = WORD.match(sql, at)
    return (word.group(), word.end()) if word else (sql[at], at + 1)


def tokens(sql: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(sql):
        token, at = token_at(sql, at)
        if token != " " or (found and found[-1] != " "):
            found.append(token)
    return found[:-1] if found and found[-1] == " " else found


def main() -> None:
    environment = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    contexts = [
        {"c": c, "x": x, "q": "q", "v": "vv", "this": "t", "config": lambda **_: ""}
        for c in (True, False)
        for x in ("1", "x y", " ", "", "(a  b)")
    ]
    rendered = 0
    different = []
    for raw, canonical in json.load(sys.stdin):
        try:
            before = environment.from_string(raw)
        except jinja2.TemplateError:
            continue
        rendered += 1
        after = environment.from_string(canonical)
        if any(tokens(before.render(**one)) != tokens(after.render(**one)) for one in contexts):
            different.append([raw, canonical])
    json.dump({"rendered": rendered, "different": different}, sys.stdout)


main()
