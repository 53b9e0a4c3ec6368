// Questions on the terminal, with Node's own line editor: works with input methods, asks on stderr, reads stdin.
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

export interface Asker {
  /** The answer, or null when there is none (end of input, Ctrl-C). */
  ask(question: string): Promise<string | null>;
  /** The same, and what is typed is not shown. */
  askHidden(question: string): Promise<string | null>;
}

interface Streams {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  /** The line editor keeps Ctrl-C from becoming a signal; it is handed on here. */
  interrupt: () => void;
}

/** Null unless both are terminals: who cannot see the question cannot answer it. */
export function terminalAsker({ input, output, interrupt }: Streams): Asker | null {
  if (!input.isTTY || !output.isTTY) return null;
  const askOn = async (shown: Writable, question: string): Promise<string | null> => {
    const editor = createInterface({ input, output: shown, terminal: true });
    // Only now, when the terminal echoes nothing any more: who types at once would be seen.
    if (shown !== output) output.write(question);
    let answered = false;
    const ended = new Promise<null>((resolve) => {
      editor.once("SIGINT", () => editor.close());
      editor.once("close", () => {
        if (!answered) output.write("\n");
        resolve(null);
      });
    });
    editor.once("SIGINT", interrupt);
    const answer = await Promise.race([editor.question(question).catch(() => null), ended]);
    answered = true;
    editor.close();
    return answer;
  };
  return {
    ask: (question) => askOn(output, question),
    async askHidden(question) {
      const answer = await askOn(nowhere(), question);
      if (answer !== null) output.write("\n");
      return answer;
    },
  };
}

/** The line editor echoes into it. */
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/** All of standard input, where it is no terminal (nobody would know that it waits). */
export async function pipedInput(input: NodeJS.ReadStream): Promise<string> {
  if (input.isTTY) return "";
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

/** `y`, `yes`, `はい`, also as full-width letters; everything else is no. */
export const saysYes = (answer: string | null): boolean =>
  ["y", "yes", "はい"].includes((answer ?? "").normalize("NFKC").trim().toLowerCase());
