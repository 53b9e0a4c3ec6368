import { expect, test } from "vitest";
import { Framer, type Message } from "./wire.ts";

const int = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const opening = (code: number, rest: number[] = []) => Buffer.from([...int(8 + rest.length), ...int(code), ...rest]);
const typed = (type: string, body: number[] = []) =>
  Buffer.from([type.charCodeAt(0), ...int(4 + body.length), ...body]);

const stream = [
  opening(80877103),
  opening(196608, [1, 2]),
  typed("P", [1, 2, 3]),
  typed("S"),
  typed("Q", Array(300).fill(7)),
  typed("X"),
];

function shown(messages: Message[]): string[] {
  return messages.map((one) => (one.kind === "pass" ? `${one.bytes.length}${one.ends ? " ends" : ""}` : one.kind));
}

const check = (pieceBytes: number) => {
  const framer = new Framer();
  const all = Buffer.concat(stream);
  const found: Message[] = [];
  for (let at = 0; at < all.length; at += pieceBytes) found.push(...framer.push(all.subarray(at, at + pieceBytes)));
  expect(shown(found)).toEqual(["refuse_encryption", "10 ends", "8", "5 ends", "305 ends", "end"]);
};

test.each([1, 2, 3, 5, 7, 8, 9, 64, 1_000])("messages are the same in pieces of %i bytes", check);

test("a request to cancel ends its connection", () => {
  expect(shown(new Framer().push(opening(80877102, [0, 0, 0, 1, 0, 0, 0, 2])))).toEqual(["end"]);
});
