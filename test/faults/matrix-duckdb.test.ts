// The kill matrix on DuckDB, with the embedded state.
import { killMatrix } from "./matrix.ts";

killMatrix("duckdb");
