// `slipway notify test CHANNEL`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";

export function addNotify(program: Program, run: Runner): void {
  const notify = program.sub("notify", "alerts.help_notify");
  const test = notify.sub("test", "alerts.help_test").takes("<channel>", "alerts.arg_channel");
  test.examples([["slipway notify test mail", "alerts.ex_test"]]).action((channel: string) =>
    run(test, {
      schema: "notify-test/1",
      act: (ops) => ops.notifyTest({ channel }),
      screen: async () => (await import("../render/notify-test.ts")).renderNotifyTest,
    }),
  );
}
