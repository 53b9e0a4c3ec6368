// Messages of alerts as people get them, in both languages: as plain text, as HTML, for Slack, for programs.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Language } from "../../src/lib/text.ts";
import { explainNotice, explainTest } from "../../src/core/notices/message.ts";
import { payloadOf } from "../../src/core/notices/payload.ts";
import { plainLines } from "../../src/core/notices/plain.ts";
import { mailHtml } from "../../src/notify/mail-html.ts";
import { slackBody, teamsBody } from "../../src/notify/slack.ts";
import * as notices from "./notices.ts";
import { at } from "./base.ts";

const reader = (lang: Language) => ({ lang, timezone: "Asia/Tokyo" });
const languages: Language[] = ["en", "ja"];

function golden(name: string, text: string): void {
  const folder = join(import.meta.dirname, "messages");
  const file = join(folder, name);
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
}

const cases = Object.entries(notices.messages).flatMap(([name, body]) => languages.map((lang) => ({ name, lang, body })));

test.each(cases)("$name, $lang", ({ name, lang, body }) => {
  const message = explainNotice(body, reader(lang));
  golden(`${name}.${lang}.txt`, `${message.subject}\n\n${plainLines(message).join("\n")}\n`);
});

test.each(languages)("a mail in HTML, %s", (lang) => golden(`run-failed.${lang}.html`, mailHtml(explainNotice(notices.failed, reader(lang)))));
test("blocks for Slack and a card for Teams", () => {
  const message = explainNotice(notices.failed, reader("ja"));
  golden("run-failed.slack.json", `${JSON.stringify(JSON.parse(slackBody(message)), null, 2)}\n`);
  golden("run-failed.teams.json", `${JSON.stringify(JSON.parse(teamsBody(message)), null, 2)}\n`);
});
test("JSON for programs", () => {
  const payload = payloadOf("slipway-0000-n1", notices.failed, explainNotice(notices.failed, reader("en")));
  golden("run-failed.json", `${JSON.stringify(payload, null, 2)}\n`);
});
test.each(languages)("a test message, %s", (lang) => {
  const message = explainTest({ project: "shop", channel: "mail", by: "aoi", at }, reader(lang));
  golden(`test.${lang}.txt`, `${message.subject}\n\n${plainLines(message).join("\n")}\n`);
});
