// The messages of the sidecar (sidecar/protocol.py), checked and turned into the room's own types.
import { z } from "zod";
import type { EngineEvent, ParseResult, ResultRow } from "./engine.ts";

/** Must equal PROTOCOL in sidecar/protocol.py. */
export const PROTOCOL = 1;

const STATUSES = ["success", "pass", "warn", "fail", "error", "skipped", "partial success", "no-op"] as const;

const rowSchema = z
  .object({
    unique_id: z.string(),
    status: z.string(),
    message: z.string().nullable(),
    failures: z.number().nullable(),
    execution_ms: z.number(),
    thread: z.string().nullable(),
    compile_started_at: z.string().nullable(),
    compile_completed_at: z.string().nullable(),
    execute_started_at: z.string().nullable(),
    execute_completed_at: z.string().nullable(),
    rows_affected: z.number().nullable(),
    compiled_code: z.string().nullable(),
    adapter_response: z.record(z.string(), z.unknown()).nullable(),
  })
  .transform(
    (row): ResultRow => ({
      uniqueId: row.unique_id,
      // A status that nobody knows is no proof of success.
      status: STATUSES.find((status) => status === row.status) ?? "error",
      message: row.message,
      failures: row.failures,
      executionMs: row.execution_ms,
      thread: row.thread,
      compileStartedAt: row.compile_started_at,
      compileCompletedAt: row.compile_completed_at,
      executeStartedAt: row.execute_started_at,
      executeCompletedAt: row.execute_completed_at,
      rowsAffected: row.rows_affected,
      compiledCode: row.compiled_code,
      adapterResponse: row.adapter_response,
    }),
  );

const at = z.string();
const eventSchema = z.discriminatedUnion("kind", [
  z
    .object({ kind: z.literal("started"), unique_id: z.string(), at })
    .transform((e): EngineEvent => ({ kind: "started", uniqueId: e.unique_id, at: e.at })),
  z
    .object({ kind: z.literal("finished"), unique_id: z.string(), status: z.string(), at, execution_ms: z.number() })
    .transform(
      (e): EngineEvent => ({
        kind: "finished",
        uniqueId: e.unique_id,
        status: e.status,
        at: e.at,
        executionMs: e.execution_ms,
      }),
    ),
  z
    .object({ kind: z.literal("result"), row: rowSchema })
    .transform((e): EngineEvent => ({ kind: "result", row: e.row })),
  z
    .object({
      kind: z.literal("log"),
      level: z.enum(["debug", "info", "warn", "error"]),
      name: z.string(),
      text: z.string(),
      unique_id: z.string().nullable(),
      at,
    })
    .transform(
      (e): EngineEvent => ({
        kind: "log",
        level: e.level,
        name: e.name,
        text: e.text,
        uniqueId: e.unique_id,
        at: e.at,
      }),
    ),
]);

const failureSchema = z.object({
  kind: z.enum(["dbt", "profile", "cancelled", "internal"]),
  code: z.string().optional(),
  message: z.string().optional(),
  type: z.string().optional(),
  node: z.string().nullish(),
  file: z.string().nullish(),
  line: z.number().nullish(),
  column: z.number().nullish(),
  facts: z.record(z.string(), z.unknown()).optional(),
});
export type Failure = z.infer<typeof failureSchema>;

export const messageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), protocol: z.number(), pid: z.number(), python: z.string() }),
  z.object({ type: z.literal("event"), id: z.number(), event: eventSchema }),
  z.object({ type: z.literal("done"), id: z.number(), result: z.unknown() }),
  z.object({ type: z.literal("failed"), id: z.number(), error: failureSchema }),
]);
export type Message = z.infer<typeof messageSchema>;

export const parseResultSchema = z
  .object({
    manifest_path: z.string(),
    dbt_version: z.string(),
    adapter_type: z.string(),
    adapter_version: z.string(),
    library_version: z.string().nullable(),
  })
  .transform(
    (result): ParseResult => ({
      manifestPath: result.manifest_path,
      dbtVersion: result.dbt_version,
      adapterType: result.adapter_type,
      adapterVersion: result.adapter_version,
      libraryVersion: result.library_version,
    }),
  );

export const buildResultSchema = z.object({ elapsed_ms: z.number(), cancelled: z.boolean(), row_count: z.number() });

export const compileResultSchema = z.object({ code: z.record(z.string(), z.string()) });

export const commandResultSchema = z.object({
  ok: z.boolean(),
  message: z.string().nullable(),
  rows: z.array(
    z
      .object({
        unique_id: z.string(),
        status: z.string(),
        message: z.string().nullable(),
        age_ms: z.number().nullable(),
      })
      .transform((row) => ({ uniqueId: row.unique_id, status: row.status, message: row.message, ageMs: row.age_ms })),
  ),
  output: z.array(z.string()),
});

export const profileResultSchema = z.object({
  profiles_file: z.string(),
  profile_name: z.string(),
  targets: z.array(z.string()),
  default_target: z.string(),
  target: z.string(),
  output: z.record(z.string(), z.unknown()),
  env_names: z.array(z.string()),
  secret_keys: z.array(z.string()),
});
