// How tests are run: small ones beside their files, those with real parts (dbt, DuckDB, PostgreSQL, Git) two at a time.
import { defineConfig } from "vitest/config";

const minuteMs = 60_000;
const realParts = { globalSetup: "scripts/postgres/global-setup.ts", hookTimeout: 5 * minuteMs, fileParallelism: true };

export default defineConfig({
  test: {
    maxWorkers: 2,
    testTimeout: minuteMs / 2,
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
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/{integration,contracts}/**/*.test.ts"],
          testTimeout: 3 * minuteMs,
          ...realParts,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["test/{journeys,faults}/**/*.test.ts"],
          testTimeout: 8 * minuteMs,
          ...realParts,
        },
      },
    ],
  },
});
