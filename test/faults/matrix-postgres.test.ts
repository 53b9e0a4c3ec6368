// The kill matrix on PostgreSQL, with the state on a server.
import { killMatrix } from "./matrix.ts";

killMatrix("postgres");
