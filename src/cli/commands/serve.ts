// `slipway serve`: a server in the foreground, as systemd and containers want it.
import { AppError } from "../../lib/error.ts";
import { say } from "../../text/catalogue.ts";
import { atLeastOne, type Program } from "../program.ts";
import type { Runner } from "../runner.ts";

const HOST = "127.0.0.1";
const PORT = "8600";
/** One environment runs one thing at a time; two let a second environment go on meanwhile. */
const WORKERS = "2";
/** Within the ten seconds that containers leave between SIGTERM and SIGKILL. */
const GRACE_S = "5";
const PORT_MAX = 65_535;

interface ServeOptions {
  host?: string;
  port?: string;
  workers?: string;
  grace?: string;
}

export function addServe(program: Program, run: Runner): void {
  const command = program.sub("serve", "serve.help");
  command
    .knows("--port <n>", "serve.opt_port")
    .knows("--host <address>", "serve.opt_host")
    .knows("--workers <n>", "serve.opt_workers")
    .knows("--grace <seconds>", "serve.opt_grace")
    .examples([
      ["slipway serve", "serve.ex_serve"],
      ["slipway serve --host 0.0.0.0 --port 8700 --grace 60", "serve.ex_serve_service"],
    ])
    .action(({ host = HOST, port = PORT, workers = WORKERS, grace = GRACE_S }: ServeOptions) => {
      const request = {
        host,
        port: fromZero("--port", port, PORT_MAX),
        workers: atLeastOne("--workers", workers),
        graceMs: fromZero("--grace", grace, 86_400) * 1000,
      };
      return run(command, {
        schema: "serve/1",
        act: (ops) => ops.serve(request),
        screen: async () => (await import("../render/serve.ts")).renderServe,
      });
    });
}

/** A whole number from 0 to `max`, or AppError `invalid`. */
function fromZero(option: string, value: string, max: number): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= max) return Number(value);
  throw new AppError("invalid", say("serve.not_in_range", { option, value, max }));
}
