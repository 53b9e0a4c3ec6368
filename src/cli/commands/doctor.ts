// `slipway doctor [env]`
import type { Program } from "../program.ts";
import type { Runner } from "../runner.ts";

export function addDoctor(program: Program, run: Runner): void {
  const command = program.sub("doctor", "cli.help_doctor").takes("[env]", "cli.arg_env_all");
  command.examples([["slipway doctor --json", "cli.ex_json"]]).action((environment: string | undefined) =>
    run(command, {
      schema: "doctor/1",
      act: (flow) => flow.doctor({ environment: environment ?? null }),
      screen: async () => (await import("../render/doctor.ts")).renderDoctor,
    }),
  );
}
