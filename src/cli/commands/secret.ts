// `slipway secret set|list|remove`. A value is never an argument: those stand in the history of shells and in lists of processes.
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { actRequest } from "./options.ts";

const done = async () => (await import("../render/secrets.ts")).renderSecretDone;

export function addSecret(program: Program, run: Runner): void {
  const secret = program.sub("secret", "secrets.help");
  const set = secret.sub("set", "secrets.help_set").takes("<name>", "secrets.arg_name");
  set
    .examples([
      ["slipway secret set api_key", "secrets.ex_set"],
      ["slipway secret set api_key < key.txt", "secrets.ex_set_pipe"],
    ])
    .action((name: string) =>
      run(set, { schema: "secret/1", act: (ops) => ops.secretSet({ name, ...actRequest(set) }), screen: done }),
    );
  const list = secret.sub("list", "secrets.help_list");
  const screen = async () => (await import("../render/secrets.ts")).renderSecrets;
  list.action(() => run(list, { schema: "secrets/1", act: (ops) => ops.secretList(), screen }));
  const remove = secret.sub("remove", "secrets.help_remove").takes("<name>", "secrets.arg_name");
  remove.action((name: string) =>
    run(remove, { schema: "secret/1", act: (ops) => ops.secretRemove({ name, ...actRequest(remove) }), screen: done }),
  );
}
