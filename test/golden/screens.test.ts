// Every screen at 80 columns in both languages, compared with the file beside. UPDATE_GOLDEN=1 rewrites; a person reads the diff.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { cleaned } from "../../src/cli/render/clean.ts";
import { renderDb } from "../../src/cli/render/db.ts";
import { renderAck, renderAlert, renderAlerts } from "../../src/cli/render/alerts.ts";
import { renderDeploy } from "../../src/cli/render/deploy.ts";
import { renderDoctor } from "../../src/cli/render/doctor.ts";
import { renderError } from "../../src/cli/render/error.ts";
import { renderExplain } from "../../src/cli/render/explain.ts";
import { renderGc } from "../../src/cli/render/gc.ts";
import { renderHistory } from "../../src/cli/render/history.ts";
import { renderJob, renderJobNext, renderJobPause, renderJobs } from "../../src/cli/render/jobs.ts";
import { renderInit } from "../../src/cli/render/init.ts";
import { renderNotifyTest } from "../../src/cli/render/notify-test.ts";
import { renderPlan } from "../../src/cli/render/plan.ts";
import { renderProposal } from "../../src/cli/render/proposal.ts";
import { renderReleases } from "../../src/cli/render/releases.ts";
import { renderRollback } from "../../src/cli/render/rollback.ts";
import { renderLogLine } from "../../src/cli/render/logs.ts";
import { renderRun } from "../../src/cli/render/run.ts";
import { renderRuns } from "../../src/cli/render/runs.ts";
import { renderSql } from "../../src/cli/render/sql.ts";
import { renderRunCancel, renderServe } from "../../src/cli/render/serve.ts";
import { renderSecretDone, renderSecrets } from "../../src/cli/render/secrets.ts";
import { renderShow } from "../../src/cli/render/show.ts";
import { renderSilenceDone, renderSilences } from "../../src/cli/render/silences.ts";
import { renderStatus } from "../../src/cli/render/status.ts";
import type { Style } from "../../src/cli/render/style.ts";
import { renderUpkeep, renderUpkeepRun } from "../../src/cli/render/upkeep-tasks.ts";
import { renderCancel, renderEject, renderResume, renderUnlock } from "../../src/cli/render/upkeep.ts";
import { errors } from "./errors.ts";
import * as runs from "./runs.ts";
import * as schedule from "./schedule.ts";
import * as serve from "./serve.ts";
import * as secrets from "./secrets.ts";
import * as notices from "./notices.ts";
import * as upkeep from "./upkeep.ts";
import * as tasks from "./upkeep-tasks.ts";
import * as views from "./views.ts";

type Screen = (style: Style) => string[];
const draw =
  <V>(render: (view: V, style: Style) => string[], view: V): Screen =>
  (style) =>
    render(cleaned(view), style);
const everything =
  (screen: Screen): Screen =>
  (style) =>
    screen({ ...style, all: true });

const screens: Record<string, Screen> = {
  plan: draw(renderPlan, views.plan),
  "plan-all": everything(draw(renderPlan, views.plan)),
  "plan-first": draw(renderPlan, views.firstPlan),
  "plan-refused": draw(renderPlan, views.refusedPlan),
  "plan-nothing": draw(renderPlan, views.nothingPlan),
  explain: draw(renderExplain, views.explain),
  deploy: draw(renderDeploy, views.deploy),
  "deploy-resumed": draw(renderDeploy, { ...views.deploy, promote: null, resumed: true }),
  "deploy-override": draw(renderDeploy, { ...views.deploy, override: views.literal("Published in spite of 2 failed tests (rule of prod)") }),
  "deploy-held": draw(renderDeploy, views.held),
  "deploy-failed": draw(renderDeploy, views.failedBuild),
  "deploy-nothing": draw(renderDeploy, { ...views.nothingNew, kind: "deploy" }),
  "refresh-nothing": draw(renderDeploy, views.nothingNew),
  "rollback-ask": (style) =>
    renderProposal({ kind: "rollback", view: views.rollbackProposal, ask: true, irreversible: false, environment: "prod" }, style),
  rollback: draw(renderRollback, views.rollback),
  status: draw(renderStatus, views.status),
  releases: draw(renderReleases, views.releases),
  "releases-none": draw(renderReleases, { ...views.releases, releases: [] }),
  history: draw(renderHistory, views.history),
  show: draw(renderShow, views.show),
  "show-rows": draw(renderShow, views.showRows),
  "show-rows-none": draw(renderShow, { ...views.showRows, rows: { ...views.showRows.rows!, columns: [], rows: [] } }),
  init: draw(renderInit, upkeep.init),
  doctor: draw(renderDoctor, upkeep.doctor),
  gc: draw(renderGc, upkeep.gc),
  "gc-done": draw(renderGc, upkeep.gcDone),
  "gc-nothing": draw(renderGc, upkeep.gcNothing),
  eject: draw(renderEject, upkeep.eject),
  "db-history": draw(renderDb, upkeep.dbHistory),
  "db-upgrade": draw(renderDb, upkeep.dbUpgrade),
  cancel: draw(renderCancel, upkeep.cancel),
  "cancel-none": draw(renderCancel, upkeep.cancelNone),
  unlock: draw(renderUnlock, upkeep.unlock),
  "job-list": draw(renderJobs, schedule.jobs),
  "job-list-none": draw(renderJobs, schedule.noJobs),
  "job-show": draw(renderJob, schedule.job),
  "job-next": draw(renderJobNext, schedule.jobNext),
  "job-next-excluded": draw(renderJobNext, schedule.jobNextExcluded),
  "job-next-all": draw(renderJobNext, schedule.jobNextAll),
  "job-next-none": draw(renderJobNext, schedule.jobNextNone),
  "job-pause": draw(renderJobPause, schedule.jobPaused),
  "job-resume": draw(renderJobPause, schedule.jobResumed),
  "job-resume-not-paused": draw(renderJobPause, { ...schedule.jobResumed, outcome: "nothing_to_do" }),
  resume: draw(renderResume, upkeep.resume),
  alerts: draw(renderAlerts, notices.alerts),
  "alerts-none": draw(renderAlerts, notices.noAlerts),
  alert: draw(renderAlert, notices.alert),
  "alert-long": draw(renderAlert, notices.alertLong),
  ack: draw(renderAck, notices.ack),
  "ack-already": draw(renderAck, notices.ackAlready),
  "ack-over": draw(renderAck, notices.ackOver),
  silences: draw(renderSilences, notices.silences),
  "silences-none": draw(renderSilences, { ...notices.silences, silences: [] }),
  "silence-added": draw(renderSilenceDone, notices.silenceAdded),
  "silence-removed": draw(renderSilenceDone, notices.silenceRemoved),
  "notify-test": draw(renderNotifyTest, notices.tested),
  runs: draw(renderRuns, runs.runs),
  "runs-two": draw(renderRuns, runs.twoEnvironments),
  "runs-none": draw(renderRuns, { ...runs.runs, runs: [] }),
  run: draw(renderRun, runs.run),
  "run-failed": draw(renderRun, runs.failedRun),
  "run-held": draw(renderRun, { ...runs.failedRun, kind: "deploy", job: null, state: "held", errors: [], release: { ...runs.run.release!, number: 43, state: "rejected" }, trigger: null }),
  "run-running": draw(renderRun, runs.runningRun),
  "run-logs": (style) => runs.logLines.flatMap((line) => renderLogLine(line, style)),
  sql: draw(renderSql, runs.sql),
  serve: draw(renderServe, serve.served),
  "run-cancel": draw(renderRunCancel, serve.runCancel),
  "run-cancel-queued": draw(renderRunCancel, { ...serve.runCancel, before: "queued", state: "cancelled", job: null }),
  "run-cancel-nothing": draw(renderRunCancel, { ...serve.runCancel, outcome: "nothing_to_do", before: "succeeded", state: "succeeded" }),
  secrets: draw(renderSecrets, secrets.secrets),
  "secrets-none": draw(renderSecrets, { ...secrets.secrets, secrets: [], wanted: [] }),
  "secret-set": draw(renderSecretDone, secrets.secretSet),
  "secret-removed": draw(renderSecretDone, { ...secrets.secretSet, action: "removed", keyMade: null }),
  "upkeep-show": draw(renderUpkeep, tasks.upkeep),
  "upkeep-run": draw(renderUpkeepRun, tasks.upkeepRun),
  "upkeep-run-failed": draw(renderUpkeepRun, tasks.upkeepRunFailed),
  ...Object.fromEntries(Object.entries(errors).map(([name, error]) => [`error-${name}`, (style: Style) => renderError(error, style)])),
};

const style = (lang: Style["lang"]): Style => ({ lang, width: 80, colour: false, unicode: true, all: false });
const cases = Object.entries(screens).flatMap(([name, screen]) => (["en", "ja"] as const).map((lang) => ({ name, lang, screen })));

test.each(cases)("$name, $lang", ({ name, lang, screen }) => {
  const text = `${screen(style(lang)).join("\n")}\n`;
  const file = join(import.meta.dirname, "screens", `${name}.${lang}.txt`);
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
});

test.each(cases)("$name, $lang fits into 80 columns and carries no control character", ({ lang, screen }) => {
  const lines = screen(style(lang));
  expect(lines.filter((line) => stringWidth(line) > 80)).toEqual([]);
  expect(lines.filter((line) => /\p{Cc}/u.test(line) || line !== line.trimEnd())).toEqual([]);
});

test.each(cases)("$name, $lang says the same with colours", ({ lang, screen }) => {
  const coloured = screen({ ...style(lang), colour: true }).join("\n");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
  expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(screen(style(lang)).join("\n"));
});
