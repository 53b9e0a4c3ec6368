import { expect, test } from "vitest";
import { AppError } from "../../lib/error.ts";
import { render } from "../../text/catalogue.ts";
import { parseConfig } from "./config.ts";

/** Each problem of a file with these notices and contacts as `message (hint)`. */
function problems(body: string): string[] {
  try {
    parseConfig(`version: 1\nenvironments: { prod: { target: prod } }\n${body}`, "slipway.yml");
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.details.problems!.map(
      ({ message, hint }) => `${render(message, "en")}${hint ? ` (${render(hint, "en")})` : ""}`,
    );
  }
}
const check = (body: string, expected: string[]) => expect(problems(body)).toEqual(expected);
const channels = "notices:\n  channels:\n    mail: { type: email, to: [a@b.example] }\n";

test("every kind of channel", () =>
  check(
    `notices:
  channels:
    mail: { type: email, to: [a@b.example, c@d.example], from: slipway@b.example, lang: ja }
    team: { type: slack, webhook_url: { secret: slack } }
    hook: { type: webhook, webhook_url: "https://x.example/in", signing_secret: { secret: key } }
    file: { type: log, path: logs/alerts.log }
  routes:
    - { severity: critical, environment: prod, owner: Aoi, tag: finance, to: [mail, team, hook, file] }
contacts:
  primary: { name: Aoi, email: a@b.example }
  secondary: { name: B. Sato, slack: "@sato" }
  escalation: { name: C. Mori, phone: "+81-3" }
`,
    [],
  ));
test("a webhook is always signed", () =>
  check('notices: { channels: { hook: { type: webhook, webhook_url: "https://x" } } }\n', [
    "notices.channels.hook.signing_secret is missing",
  ]));
test("an address that is none", () =>
  check("notices: { channels: { mail: { type: email, to: [aoi] } } }\n", [
    "an e-mail address looks like  aoi@example.com",
  ]));
test("a route to a channel that is not there", () =>
  check(`${channels}  routes: [{ to: [mial] }]\n`, ["there is no channel 'mial' (did you mean 'mail'?)"]));
test("a route of an environment or a job that is not there", () =>
  check(`${channels}  routes: [{ environment: staging, job: daily, to: [mail] }]\n`, [
    "there is no environment 'staging' (environments are: prod)",
    "there is no job 'daily' (slipway.yml has no jobs)",
  ]));
test("a name that is none", () =>
  check("notices: { channels: { 1st: { type: log, path: a } } }\n", [
    "'1st' is not a name: a letter first, then letters, digits, _ and -, 63 at most",
  ]));
test("contacts have three places", () =>
  check("contacts: { primray: { name: A, phone: '1' } }\n", [
    "there is no place for a contact 'primray' (did you mean 'primary'?)",
  ]));
test("contacts are filled in order", () =>
  check("contacts: { secondary: { name: A, phone: '1' } }\n", [
    "contacts.secondary comes after primary, which is missing",
  ]));
test("a contact whom nothing reaches", () =>
  check("contacts: { primary: { name: A } }\n", ["contacts.primary needs email, slack or phone"]));
