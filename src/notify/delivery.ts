// What a channel is given, and what becomes of it. An expected failure is data: the outbox decides what follows.
import type { Message } from "../core/notices/message.ts";
import type { Text } from "../lib/text.ts";

/** One message on its way to one place. */
export interface Letter {
  /** The same in every attempt: receivers know by it what they have already. */
  id: string;
  /** The same for all messages of an alert. */
  thread: string;
  message: Message;
  /** For programs. */
  payload: Record<string, unknown>;
}

export type Delivery =
  | { kind: "sent" }
  /** `afterMs`: what the other side asks for; null: nothing. */
  | { kind: "retry"; afterMs: number | null; why: Text }
  | { kind: "refused"; why: Text };

export type Target =
  | { type: "email"; server: string; ca: string | null; from: string | null; to: string }
  | { type: "slack" | "teams"; url: string }
  | { type: "webhook"; url: string; key: string }
  /** Absolute. */
  | { type: "log"; path: string };
