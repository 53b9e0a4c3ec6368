// The one catalogue of everything people read; `say` makes a text, `render` puts it into words.
import type { Language, Text } from "../lib/text.ts";
import { alerts } from "./alerts.ts";
import { cli } from "./cli.ts";
import { config } from "./config.ts";
import { db } from "./db.ts";
import { dbt } from "./dbt.ts";
import { doctor } from "./doctor.ts";
import { flow } from "./flow.ts";
import { flowViews } from "./flow-views.ts";
import { git } from "./git.ts";
import { jobCommand } from "./job-command.ts";
import { jobRun } from "./job-run.ts";
import { keys } from "./keys.ts";
import { leftBehind } from "./left-behind.ts";
import { notices } from "./notices.ts";
import { plan } from "./plan.ts";
import { replica } from "./replica.ts";
import { runs } from "./runs.ts";
import { schedule } from "./schedule.ts";
import { secrets } from "./secrets.ts";
import { serve } from "./serve.ts";
import { upkeep } from "./upkeep.ts";
import { duckdb } from "./warehouse-duckdb.ts";
import { warehousePostgres } from "./warehouse-postgres.ts";
import { warehousePostgresFacts } from "./warehouse-postgres-facts.ts";

export const catalogue = {
  ...alerts,
  ...cli,
  ...config,
  ...db,
  ...dbt,
  ...doctor,
  ...flow,
  ...leftBehind,
  ...flowViews,
  ...git,
  ...jobCommand,
  ...jobRun,
  ...keys,
  ...notices,
  ...plan,
  ...serve,
  ...runs,
  ...schedule,
  ...replica,
  ...secrets,
  ...upkeep,
  ...duckdb,
  ...warehousePostgres,
  ...warehousePostgresFacts,
};

export type Catalogue = typeof catalogue;
export type TextId = keyof Catalogue;
export type TextParams<K extends TextId> = Parameters<Catalogue[K]["en"]>[0];

/** Wherever a text takes words it also takes another text, which is put into the same language. */
export type TextValues<K extends TextId> = {
  [P in keyof TextParams<K>]: string extends TextParams<K>[P] ? TextParams<K>[P] | Text : TextParams<K>[P];
};

/** A text of the catalogue with its values: typed, language-free, safe to store as JSON. */
export function say<K extends TextId>(
  id: K,
  ...[params]: object extends TextParams<K> ? [TextValues<K>?] : [TextValues<K>]
): Text {
  return { id, params: (params ?? {}) as Record<string, unknown> };
}

/** The words of a text in a language. An id that no longer exists (an old stored plan) prints as itself. */
export function render(text: Text, lang: Language): string {
  const entry = (catalogue as Record<string, { en: (p: never) => string; ja: (p: never) => string }>)[text.id];
  if (!entry) return `${text.id} ${JSON.stringify(text.params)}`;
  const values = Object.entries(text.params).map(([name, value]) => [
    name,
    isText(value) ? render(value, lang) : value,
  ]);
  return entry[lang](Object.fromEntries(values) as never);
}

const isText = (value: unknown): value is Text =>
  typeof value === "object" && value !== null && "params" in value && typeof (value as Text).id === "string";
