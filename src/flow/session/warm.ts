// What a server keeps between its runs: dbt imported, profiles and manifests read. A command typed by hand has none of it.

import type { Ctx } from "../../core/ctx.ts";
import type { analyse } from "../../core/keys/key.ts";
import type { Manifest } from "../../core/project/manifest.ts";
import type { Profile } from "../../dbt/profile.ts";
import { createWarmPool, type WarmPool } from "../../dbt/warm-pool.ts";
import { type Recent, recent } from "../../lib/recent.ts";
import type { Derived } from "../plan/ingest.ts";
import { runtimeDirOf } from "./session.ts";

/** One per environment and set of its values. */
const PROFILES_MAX = 50;
/** Of JSON; about four times as much in memory. 1,000 models with 2,000 tests have 9 MB. */
const MANIFEST_BYTES_MAX = 24_000_000;

export interface ReadManifest {
  manifest: Manifest;
  derived: Derived;
  bytes: number;
}

/** What was found out about the texts of a manifest; `input`: everything else it follows from. */
export interface Reading {
  input: string;
  analysis: ReturnType<typeof analyse>;
}

export interface Warm {
  pool: WarmPool;
  profiles: Recent<Profile>;
  /** Shared by runs: never changed by who reads them. */
  manifests: Recent<ReadManifest>;
  /** The last one of each environment. */
  readings: Map<string, Reading>;
  close(): Promise<void>;
}

/** For the life of a server; give it to each session: `openSession(ctx, { warm })`. Nothing is started before it is needed. */
export function keepWarm(ctx: Ctx): Warm {
  const pool = createWarmPool({ folder: runtimeDirOf(ctx), clock: ctx.clock, platform: process.platform });
  const profiles = recent<Profile>(PROFILES_MAX);
  const manifests = recent<ReadManifest>(MANIFEST_BYTES_MAX, (one) => one.bytes);
  const readings = new Map<string, Reading>();
  const close = async () => {
    profiles.clear();
    manifests.clear();
    readings.clear();
    await pool.close();
  };
  return { pool, profiles, manifests, readings, close };
}
