// Makes `dist/` for the npm package: JavaScript of src and migrations, and the sidecar, in the places they have in the repository.
// Usage: node scripts/build.ts [--remove]. A checkout runs from its sources and must not keep a dist, which would go stale.
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const leftOut = ["tests", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"];

rmSync(dist, { recursive: true, force: true });
if (!process.argv.includes("--remove")) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
  mkdirSync(dist, { recursive: true });
  cpSync(join(root, "sidecar"), join(dist, "sidecar"), {
    recursive: true,
    filter: (path) => !leftOut.includes(basename(path)),
  });
  copyFileSync(join(root, "package.json"), join(dist, "package.json"));
}
