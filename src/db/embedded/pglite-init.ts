// A program of its own: makes an empty data folder and ends. Making one takes 700 MB for a moment, which so nobody keeps.
import { openPglite } from "./pglite.ts";

const [dataDir] = process.argv.slice(2);
if (!dataDir) throw new Error("usage: pglite-init DATA_DIR");
process.title = "slipway-state-init";
const { pglite } = await openPglite(dataDir);
// Nobody makes databases here: without the two templates a copy has 370 files instead of 970 to write and sync.
await pglite.exec("update pg_database set datistemplate = false");
await pglite.exec("drop database template0");
await pglite.exec("drop database template1");
await pglite.exec("checkpoint");
await pglite.close();
process.exit(0);
