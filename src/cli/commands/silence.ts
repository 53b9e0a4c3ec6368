// `slipway silence add|list|remove`
import type { Severity } from "../../core/notices/alert.ts";
import { atLeastOne, type Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actRequest } from "./options.ts";

interface Options {
  alert?: string;
  severity?: Severity;
  env?: string;
  job?: string;
  owner?: string;
  tag?: string;
  for?: string;
  until?: string;
}

const done = async () => (await import("../render/silences.ts")).renderSilenceDone;

export function addSilence(program: Program, run: Runner): void {
  const silence = program.sub("silence", "alerts.help_silence");
  addSilenceAdd(silence, run);
  const list = silence.sub("list", "alerts.help_silence_list");
  const screen = async () => (await import("../render/silences.ts")).renderSilences;
  list.action(() => run(list, { schema: "silences/1", act: (ops) => ops.silenceList(), screen }));
  const remove = silence.sub("remove", "alerts.help_silence_remove").takes("<id>", "alerts.arg_silence");
  remove.action((id: string) => {
    const request = { id: atLeastOne("ID", id), ...actRequest(remove) };
    return run(remove, { schema: "silence/1", act: (ops) => ops.silenceRemove(request), screen: done });
  });
}

function addSilenceAdd(silence: Program, run: Runner): void {
  const command = silence.sub("add", "alerts.help_silence_add");
  command
    .knows("--alert <alert>", "alerts.opt_alert")
    .knows("--severity <severity>", "alerts.opt_severity", ["critical", "warning", "info"])
    .knows("--env <env>", "alerts.opt_environment")
    .knows("--job <job>", "alerts.opt_job")
    .knows("--owner <owner>", "alerts.opt_owner")
    .knows("--tag <tag>", "alerts.opt_tag")
    .knows("--for <duration>", "alerts.opt_for")
    .knows("--until <time>", "alerts.opt_until")
    .examples([['slipway silence add --env prod --for 2h --reason "migration"', "alerts.ex_silence"]])
    .action((options: Options) => {
      const { alert, severity, env, job, owner, tag, until } = options;
      const request = {
        alert: alert ?? null,
        severity: severity ?? null,
        environment: env ?? null,
        job: job ?? null,
        owner: owner ?? null,
        tag: tag ?? null,
        for: options.for ?? null,
        until: until ?? null,
        ...actRequest(command),
      };
      return run(command, { schema: "silence/1", act: (ops) => ops.silenceAdd(request), screen: done });
    });
}
