// The HTML of a mail: one small table with its styles inside, as mail programs want it.
import type { Message } from "../core/notices/message.ts";
import { COMMANDS } from "./commands.ts";

const COLOURS = { critical: "#B3261E", warning: "#855200", info: "#57606A" };
const DONE = "#0F6B3A";
const FONT =
  "font-family:'Segoe UI','Hiragino Sans','Yu Gothic UI','Noto Sans JP',sans-serif;font-size:14px;line-height:1.6;color:#1B1F24";
const MONO = "font-family:Menlo,Consolas,monospace;font-size:13px";

/** Everything is escaped: names of models and messages of databases are foreign text. */
export function mailHtml(message: Message): string {
  const { lang, subject, headline, rows, kind, severity } = message;
  const colour = kind === "resolved" || kind === "test" ? DONE : COLOURS[severity];
  const body = rows
    .map(
      ({ label, lines }) =>
        `<tr><td style="padding:2px 16px 2px 0;vertical-align:top;color:#57606A;white-space:nowrap">${escaped(label)}</td><td style="padding:2px 0;vertical-align:top">${lines.map(lineHtml).join("<br>")}</td></tr>`,
    )
    .join("\n");
  return `<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><title>${escaped(subject)}</title></head>
<body style="${FONT};margin:0;padding:16px">
<div style="border-left:4px solid ${colour};padding-left:12px">
<p style="margin:0 0 8px;font-weight:700">${escaped(headline)}</p>
<table role="presentation" style="border-collapse:collapse;${FONT}">
${body}
</table>
</div>
</body></html>
`;
}

const lineHtml = (line: string): string => escaped(line).replace(COMMANDS, `<code style="${MONO}">$&</code>`);

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
