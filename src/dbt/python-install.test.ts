// What an installer may see of the user's environment.
import { expect, test } from "vitest";
import { installerEnv } from "./python-install.ts";

test("mirrors, proxies and certificates pass; secrets and traps do not", () => {
  const env = installerEnv(
    {
      PATH: "/bin",
      HTTPS_PROXY: "http://proxy",
      no_proxy: "localhost",
      SSL_CERT_FILE: "/ca",
      REQUESTS_CA_BUNDLE: "/ca",
      PIP_INDEX_URL: "https://mirror/simple",
      PIP_TARGET: "/elsewhere",
      PIP_USER: "1",
      UV_SYSTEM_PYTHON: "1",
      DATABASE_URL: "postgres://secret",
      AWS_SECRET_ACCESS_KEY: "secret",
      UNSET: undefined,
    },
    "/cache",
  );
  expect(env).toEqual({
    PATH: "/bin",
    HTTPS_PROXY: "http://proxy",
    no_proxy: "localhost",
    SSL_CERT_FILE: "/ca",
    REQUESTS_CA_BUNDLE: "/ca",
    PIP_INDEX_URL: "https://mirror/simple",
    UV_DEFAULT_INDEX: "https://mirror/simple",
    PIP_CACHE_DIR: "/cache/pip",
    UV_CACHE_DIR: "/cache/uv",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_NO_INPUT: "1",
    UV_NO_PROGRESS: "1",
    UV_PYTHON_DOWNLOADS: "never",
  });
});
