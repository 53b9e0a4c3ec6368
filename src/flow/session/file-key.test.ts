import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { profileKey } from "./file-key.ts";

test("a profile is read again when a file, a value or the target is another one, and only then", async () => {
  const projectDir = await mkdtemp(join(tmpdir(), "slipway-key-"));
  const other = join(projectDir, "other");
  const request = { projectDir, profilesDirs: [projectDir, other], env: { A: "1" }, target: "dev" };
  const file = (name: string, text: string) => writeFile(join(projectDir, name), text);
  try {
    await file("dbt_project.yml", "name: a");
    const keys = [await profileKey(request)];
    const changed = async (more: Partial<typeof request> = {}) => {
      const key = await profileKey({ ...request, ...more });
      expect(keys).not.toContain(key);
      expect(await profileKey({ ...request, ...more })).toBe(key);
      keys.push(key);
    };
    await file("profiles.yml", "a: {x: 1}");
    await changed();
    await file("profiles.yml", "a: {x: 2}"); // as long as before, perhaps within the same millisecond
    await changed();
    await file("dbt_project.yml", "name: b");
    await changed();
    await mkdir(other);
    await file("other/profiles.yml", "a: {x: 2}");
    await changed();
    await rm(join(projectDir, "profiles.yml"));
    await changed();
    await changed({ env: { A: "2" } });
    await changed({ target: "prod" });
  } finally {
    await rm(projectDir, { recursive: true });
  }
});
