// `slipway alerts [alert]`, `slipway ack ALERT`
import { atLeastOne, type Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actRequest } from "./options.ts";

const ALERTS_SHOWN = "20";

export function addAlerts(program: Program, run: Runner): void {
  const command = program.sub("alerts", "alerts.help").takes("[alert]", "alerts.arg_alert");
  command
    .knows("--all", "alerts.opt_all")
    .knows("--limit <n>", "cli.opt_limit")
    .examples([
      ["slipway alerts", "alerts.ex_alerts"],
      ["slipway alerts A-27", "alerts.ex_alert"],
    ])
    .action((alert: string | undefined, { all = false, limit = ALERTS_SHOWN }: { all?: boolean; limit?: string }) => {
      const most = atLeastOne("--limit", limit);
      if (alert !== undefined)
        return run(command, {
          schema: "alert/1",
          act: (ops) => ops.alertShow({ alert }),
          screen: async () => (await import("../render/alerts.ts")).renderAlert,
        });
      return run(command, {
        schema: "alerts/1",
        act: (ops) => ops.alerts({ all, limit: most }),
        screen: async () => (await import("../render/alerts.ts")).renderAlerts,
      });
    });
}

export function addAck(program: Program, run: Runner): void {
  const command = program.sub("ack", "alerts.help_ack").takes("<alert>", "alerts.arg_alert_needed");
  command.examples([['slipway ack A-27 --reason "rolling back"', "alerts.ex_ack"]]).action((alert: string) =>
    run(command, {
      schema: "ack/1",
      act: (ops) => ops.ack({ alert, ...actRequest(command) }),
      screen: async () => (await import("../render/alerts.ts")).renderAck,
    }),
  );
}
