// What a `load…` throws when there is nothing to load.
import { AppError } from "../lib/error.ts";
import { say } from "../text/catalogue.ts";

/** `orThrow` of a query: AppError `not_found` that names the record. */
export const missing = (what: string, id: string | number) => (): AppError =>
  new AppError("not_found", say("db.not_found", { what, id: String(id) }));
