"""A consumer of a DuckDB file: opens it read-only between others' holds, reads all views at one moment, counts what is wrong.

Arguments: the file, the views as JSON. Says "reading" when all has been read once; ends when its input ends and prints its counts.
"""

import json
import sys
import threading
import time

import duckdb

FILE, VIEWS = sys.argv[1], json.loads(sys.argv[2])
ONE = 'select min(release) as low, max(release) as high, count(*)::int as n from analytics."{}"'
ALL = " union all ".join(ONE.format(view) for view in VIEWS)

counts = {"reads": 0, "mixed": 0, "errors": [], "longestMs": 0, "waits": 0}
first_seen: dict[int, int] = {}
stopped = threading.Event()
begun = threading.Event()


def judge(rows: list[tuple[int, int, int]]) -> None:
    """Rows of one opening: exactly one release, three rows each."""
    counts["reads"] += 1
    seen = {release for low, high, _ in rows for release in (low, high)}
    if len(seen) != 1 or any(n != 3 for _, _, n in rows):
        counts["mixed"] += 1
    for release in seen:
        first_seen.setdefault(release, int(time.time() * 1000))


def read() -> None:
    """One opening: all views in one statement, then one by one."""
    try:
        connection = duckdb.connect(FILE, read_only=True)
    except duckdb.IOException as error:
        if "Could not set lock" not in str(error):
            raise
        counts["waits"] += 1
        return
    with connection:
        together = connection.execute(ALL).fetchall()
        apart = [connection.execute(ONE.format(view)).fetchone() for view in VIEWS]
    judge([*together, *apart])
    begun.set()


def read_all() -> None:
    """Until told to stop, and then until one more read has seen how it ended."""
    wanted = None
    while wanted is None or counts["reads"] < wanted:
        if wanted is None and stopped.is_set():
            wanted = counts["reads"] + 1
        started = time.perf_counter()
        try:
            read()
        except Exception as error:
            counts["errors"].append(f"{type(error).__name__}: {error}")
            begun.set()
            if wanted is not None:
                return
        counts["longestMs"] = max(counts["longestMs"], (time.perf_counter() - started) * 1000)
        stopped.wait(0.2)


reading = threading.Thread(target=read_all)
reading.start()
begun.wait()
print("reading", flush=True)
sys.stdin.read()
stopped.set()
reading.join()
seen = sorted(first_seen.items())
print(json.dumps({**counts, "releases": [release for release, _ in seen], "firstSeen": seen}), flush=True)
