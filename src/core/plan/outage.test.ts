// Messages as dbt hands them on, seen with PostgreSQL 15 and DuckDB 1.5.
import { expect, test } from "vitest";
import { outageIn } from "./outage.ts";

const check = (message: string | null, outage: boolean) => expect(outageIn(message) !== null).toBe(outage);

test("the server went away", () =>
  check(
    "Database Error in model report (models/report.sql)\n  server closed the connection unexpectedly\n  \tThis probably means",
    true,
  ));
test("the server cannot be reached", () =>
  check('connection to server at "127.0.0.1", port 5432 failed: Connection refused', true));
test("an administrator ended it", () => check("terminating connection due to administrator command", true));
test("the server starts", () => check("FATAL:  the database system is starting up", true));
test("a disk is full", () => check("IO Error: Could not write file: No space left on device", true));
test("a quota of the file's size", () => check('Could not write all bytes to file "a.duckdb": File too large', true));
test("a mistake in SQL is the project's", () =>
  check('Database Error in model a (models/a.sql)\n  column "conection" does not exist', false));
test("no message", () => check(null, false));
