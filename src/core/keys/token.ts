// Tokens: what stands for "the data of this source is still the same" in a build key.
import type { Text } from "../../lib/text.ts";
import type { NodeId, Relation } from "../project/relation.ts";

/**
 * `exact`: equal values mean equal data. `monotone`: a counter or time that moves with every ordinary change (late updates may
 * hide). `none`: nothing cheap stands for the data, so the value is a salt that every refresh renews.
 */
export type TokenConfidence = "exact" | "monotone" | "none";

export interface Token {
  /** How it was obtained: `content_hash`, `loaded_at`, `change_counter`, `file_hash`, `salt`. */
  kind: string;
  confidence: TokenConfidence;
  /** Opaque; compared for equality only. */
  value: string;
  /** For people: "37 rows", "last row 2026-11-20 05:58". Never data of other columns. */
  detail: string;
  /** UTC ISO time of reading. */
  readAt: string;
  /** Why there is no exact token, when there is none. */
  why?: Text;
}

/** Ask a warehouse for the token of one source relation. */
export interface TokenRequest {
  node: NodeId;
  relation: Relation;
  /** Set when the relation lives in another attached database of the same connection (DuckDB `attach`). */
  database: string | null;
  loadedAtField: string | null;
  /** Rendered SQL that returns one value. */
  loadedAtQuery: string | null;
}
