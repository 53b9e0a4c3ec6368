// Views with the data of a small shop, from which the golden screens are drawn.
export * from "./base.ts";
export * from "./deploys.ts";
export * from "./plans.ts";
export * from "./releases.ts";
export * from "./rollbacks.ts";
export * from "./statuses.ts";
