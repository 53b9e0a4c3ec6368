// `slipway job list|show|next|pause|resume|run`: the jobs that slipway.yml declares.
import { atLeastOne, type Program } from "../program.ts";
import type { Runner } from "../runner.ts";
import { addJobRun } from "./job-run.ts";
import { actRequest } from "./options.ts";

const OCCURRENCES_SHOWN = "10";

export function addJob(program: Program, run: Runner): void {
  const group = program.sub("job", "serve.help_job");
  addList(group, run);
  addShow(group, run);
  addNext(group, run);
  addJobRun(group, run);
  addPause(group, run);
  addResume(group, run);
}

const screens = () => import("../render/jobs.ts");

function addList(group: Program, run: Runner): void {
  const command = group.sub("list", "schedule.help_list");
  command.action(() =>
    run(command, {
      schema: "jobs/1",
      act: (commands) => commands.jobList(),
      screen: async () => (await screens()).renderJobs,
    }),
  );
}

function addShow(group: Program, run: Runner): void {
  const command = group.sub("show", "schedule.help_show").takes("<job>", "serve.arg_job");
  command.examples([["slipway job show daily", "schedule.ex_show"]]).action((job: string) =>
    run(command, {
      schema: "job/1",
      act: (commands) => commands.jobShow({ job }),
      screen: async () => (await screens()).renderJob,
    }),
  );
}

function addNext(group: Program, run: Runner): void {
  const command = group.sub("next", "schedule.help_next").takes("[job]", "schedule.arg_job_all");
  command
    .knows("--count <n>", "schedule.opt_count")
    .examples([["slipway job next daily --count 30", "schedule.ex_next"]])
    .action((job: string | undefined, { count = OCCURRENCES_SHOWN }: { count?: string }) => {
      const most = atLeastOne("--count", count);
      return run(command, {
        schema: "job-next/1",
        act: (commands) => commands.jobNext({ job: job ?? null, count: most }),
        screen: async () => (await screens()).renderJobNext,
      });
    });
}

function addPause(group: Program, run: Runner): void {
  const command = group.sub("pause", "schedule.help_pause").takes("<job>", "serve.arg_job");
  command.examples([["slipway job pause daily --reason stocktaking", "schedule.ex_pause"]]).action((job: string) =>
    run(command, {
      schema: "job-pause/1",
      act: (commands) => commands.jobPause({ job, reason: actRequest(command).reason }),
      screen: async () => (await screens()).renderJobPause,
    }),
  );
}

function addResume(group: Program, run: Runner): void {
  const command = group.sub("resume", "schedule.help_resume").takes("<job>", "serve.arg_job");
  command.action((job: string) =>
    run(command, {
      schema: "job-pause/1",
      act: (commands) => commands.jobResume({ job, reason: actRequest(command).reason }),
      screen: async () => (await screens()).renderJobPause,
    }),
  );
}
