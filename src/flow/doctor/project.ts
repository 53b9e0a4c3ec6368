// The project: its repository, its slipway.yml, its dbt profile.
import type { EnvironmentConfig } from "../../core/config/config.ts";
import type { Ctx } from "../../core/ctx.ts";
import type { DoctorCheck } from "../../core/views/upkeep.ts";
import { loadProfile } from "../../dbt/profile.ts";
import type { PythonEnv } from "../../dbt/python-env.ts";
import { openRepository, resolveCommit, uncommittedFiles } from "../../git/repository.ts";
import { say } from "../../text/catalogue.ts";
import { profilesDirs, type Session } from "../session/session.ts";
import { fromError, ok } from "./check.ts";

/** A repository with a commit; a working tree that is not clean is no fault, but worth knowing. */
export async function repositoryChecks(ctx: Ctx, root: string): Promise<DoctorCheck[]> {
  const repository = await openRepository(root, ctx.env);
  const head = await resolveCommit(repository, "HEAD");
  const count = (await uncommittedFiles(repository)).length;
  return [ok("git", say("doctor.repository", { commit: head.sha.slice(0, 7), subject: head.subject, count }))];
}

/** Every environment's target in one line, or one line per environment whose target cannot be read. */
export async function profileChecks(
  session: Session,
  environments: readonly EnvironmentConfig[],
): Promise<DoctorCheck[]> {
  const targets: string[] = [];
  const checks: DoctorCheck[] = [];
  let profile = "";
  for (const environment of environments) {
    try {
      const found = await session.profile(environment);
      profile = found.profileName;
      targets.push(`${environment.name} (${String(found.output.type)})`);
    } catch (error) {
      checks.push(...fromError("profile", error));
    }
  }
  if (targets.length === 0) return checks;
  return [ok("profile", say("doctor.profile", { profile, targets: targets.join(", ") })), ...checks];
}

/** Before `init`: the profile's default target. */
export async function bareProfileChecks(ctx: Ctx, root: string, python: PythonEnv): Promise<DoctorCheck[]> {
  const found = await loadProfile({
    python: python.python,
    projectDir: root,
    profilesDirs: profilesDirs(ctx, root, null),
    env: ctx.env,
  });
  return [
    ok(
      "profile",
      say("doctor.profile", { profile: found.profileName, targets: `${found.target} (${String(found.output.type)})` }),
    ),
  ];
}
