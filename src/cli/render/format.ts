// Durations, sizes and times as screens show them; messages word theirs the same way.
export * from "../../text/format.ts";
