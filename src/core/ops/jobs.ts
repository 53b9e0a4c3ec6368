// Declared jobs: what the command line asks, and what it gets back. AppError `not_found` for a job that is not declared.
import type { JobNextView, JobPauseView, JobsView, JobView } from "../views/schedule.ts";

export interface JobOps {
  jobList(): Promise<JobsView>;
  jobShow(request: { job: string }): Promise<JobView>;
  /** The next times of its schedules, excluded ones among them. `job` null: of all jobs. */
  jobNext(request: { job: string | null; count: number }): Promise<JobNextView>;
  /** No trigger starts it until `jobResume`; by hand it runs all the same. */
  jobPause(request: { job: string; reason: string | null }): Promise<JobPauseView>;
  jobResume(request: { job: string; reason: string | null }): Promise<JobPauseView>;
}
