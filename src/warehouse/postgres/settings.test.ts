import { expect, test } from "vitest";
import { AppError } from "../../lib/error.ts";
import { postgresSettings, sslChoices } from "./settings.ts";

const least = { type: "postgres", host: "db", user: "dbt", dbname: "shop" };
const check = (more: Record<string, unknown>, expected: Record<string, unknown>): void =>
  expect(postgresSettings({ ...least, ...more })).toMatchObject(expected);
const refused = (output: Record<string, unknown>): unknown => {
  try {
    return postgresSettings(output);
  } catch (error) {
    return error instanceof AppError ? [error.code, error.text.params.key] : error;
  }
};

test("the least profile: the default port, nothing that was not said", () =>
  expect(postgresSettings(least)).toEqual({ host: "db", port: 5432, user: "dbt", dbname: "shop" }));
test("dbt's other spellings", () =>
  check({ pass: "p", dbname: undefined, database: "d", port: "6543" }, { password: "p", dbname: "d", port: 6543 }));
test("a password that looks like a number stays as it is", () => check({ password: 12345 }, { password: "12345" }));
test("times become milliseconds", () =>
  check({ connect_timeout: 7, keepalives_idle: 0 }, { connectTimeoutMs: 7000, keepalivesIdleMs: 0 }));
test("role and search path", () => check({ role: "r", search_path: "a, b" }, { role: "r", searchPath: "a, b" }));
test("what is missing is named", () => {
  expect(refused({ ...least, host: undefined })).toEqual(["invalid", "host"]);
  expect(refused({ ...least, user: "" })).toEqual(["invalid", "user"]);
  expect(refused({ ...least, dbname: undefined })).toEqual(["invalid", "dbname"]);
});
test("what is not usable is named", () => {
  expect(refused({ ...least, port: "abc" })).toEqual(["invalid", "port"]);
  expect(refused({ ...least, sslmode: "maybe" })).toEqual(["invalid", "sslmode"]);
});

const ssl = (sslmode: string, more = {}): unknown[] =>
  sslChoices(postgresSettings({ ...least, sslmode, ...more })).map((it) => it && { checked: it.rejectUnauthorized });
test("encryption is tried in libpq's order", () => {
  expect(ssl("disable")).toEqual([false]);
  expect(ssl("allow")).toEqual([false, { checked: false }]);
  expect(ssl("prefer")).toEqual([{ checked: false }, false]);
  expect(ssl("require")).toEqual([{ checked: false }]);
  expect(ssl("verify-full")).toEqual([{ checked: true }]);
});
test("a unix socket is never encrypted", () => expect(ssl("prefer", { host: "/run/postgresql" })).toEqual([false]));
test("a certificate that is not there is named", () =>
  expect(() => ssl("verify-ca", { sslrootcert: "/no/such.pem" })).toThrow("no/such.pem"));
