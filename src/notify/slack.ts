// A message for Slack's incoming webhooks (Block Kit), and the same for Teams workflows (an Adaptive Card).
import type { Message } from "../core/notices/message.ts";
import { COMMANDS } from "./commands.ts";
import { SLACK_TEXT_MAX } from "./limits.ts";

/** The words of Slack's mark-up, which has three characters of its own. */
const slackText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const sign = ({ kind }: Message): string =>
  kind === "resolved" || kind === "test" ? ":white_check_mark:" : ":warning:";

export function slackBody(message: Message): string {
  const { subject, headline, rows, mention, alert } = message;
  const lines = rows.flatMap(({ label, lines: texts }) =>
    texts.map((line, index) => {
      const shown = slackText(line).replace(COMMANDS, "`$&`");
      return index === 0 ? `*${slackText(label)}*  ${shown}` : shown;
    }),
  );
  const section = (text: string) => ({
    type: "section",
    text: { type: "mrkdwn", text: shortened(text) },
  });
  const title =
    message.kind === "resolved" ? slackText(headline) : `*${slackText(subject)}*${alert === "" ? "" : `  ${alert}`}`;
  const blocks = [
    section(`${sign(message)} ${title}${mention === null ? "" : `  ${mentionText(mention)}`}`),
    ...(message.kind === "resolved" ? [] : [section(slackText(headline))]),
    ...(lines.length > 0 ? [section(lines.join("\n"))] : []),
  ];
  return JSON.stringify({ text: slackText(message.kind === "resolved" ? headline : subject), blocks });
}

/** What Slack takes, without half of a letter or of `&amp;` at its end. */
const shortened = (text: string): string =>
  text.length <= SLACK_TEXT_MAX
    ? text
    : `${text
        .slice(0, SLACK_TEXT_MAX)
        .replace(/&[a-z]{0,3}$|[\ud800-\udbff]$/, "")
        .trimEnd()}..`;

/** `<@U024BE7LH>`, `<!subteam^S04B0QKMX>` (a group) and `<!here>` call somebody; every other name is only a name. */
const CALLS = /^<(?:@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!here|!channel)>$/;
const mentionText = (mention: string): string => (CALLS.test(mention) ? mention : slackText(mention));

/** What a Teams workflow ("when a webhook request is received") posts as a card. */
export function teamsBody({ subject, headline, rows }: Message): string {
  const facts = rows.map(({ label, lines }) => ({ title: label, value: lines.join("\n\n") }));
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [
      { type: "TextBlock", text: subject, weight: "Bolder", wrap: true },
      { type: "TextBlock", text: headline, wrap: true },
      ...(facts.length > 0 ? [{ type: "FactSet", facts }] : []),
    ],
  };
  const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content };
  return JSON.stringify({ type: "message", attachments: [attachment] });
}
