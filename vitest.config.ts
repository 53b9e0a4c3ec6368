// How tests are run: small ones beside their files, those with real parts (dbt, DuckDB, PostgreSQL, Git) two at a time.
import { defineConfig } from "vitest/config";

const minuteMs = 60_000;
/** Limits are for what never ends: a machine that is ten times slower must not reach them. */
const realParts = {
  globalSetup: "scripts/postgres/global-setup.ts",
  testTimeout: 15 * minuteMs,
  hookTimeout: 15 * minuteMs,
  fileParallelism: true,
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    testTimeout: 2 * minuteMs,
    expect: { poll: { timeout: 4 * minuteMs, interval: 50 } },
    reporters: ["default"],
    coverage: {
      provider: "v8",
      reportOnFailure: true,
      reporter: ["lcov", "text-summary"],
      include: ["src/**/*.ts"],
      exclude: ["**/*.test.ts"],
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "scripts/**/*.test.ts", "test/tidy.test.ts", "test/golden/**/*.test.ts"],
          // They share no state (pure functions, folders of their own): one process for all saves most of their time.
          isolate: false,
          setupFiles: ["test/support/seed.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/{integration,contracts}/**/*.test.ts"],
          ...realParts,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["test/{journeys,faults}/**/*.test.ts"],
          ...realParts,
        },
      },
    ],
  },
});
