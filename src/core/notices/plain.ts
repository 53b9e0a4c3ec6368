// A message as plain text: labels in one column, further lines below the text. Pure.
import type { Message } from "./message.ts";

/** Lines without their end of line. */
export function plainLines({ headline, rows }: Message): string[] {
  const labels = rows.map(({ label }) => `${label}:`);
  const columns = Math.max(0, ...labels.map(columnsOf)) + 1;
  const body = rows.flatMap(({ lines }, row) =>
    lines.map((line, index) => {
      const label = index === 0 ? labels[row]! : "";
      return `${label}${" ".repeat(columns - columnsOf(label))}${line}`;
    }),
  );
  return [headline, ...body];
}

/** Labels are ours: what is not ASCII in them is two columns wide. */
const columnsOf = (label: string): number => [...label].reduce((sum, one) => sum + (one > "\u00ff" ? 2 : 1), 0);
