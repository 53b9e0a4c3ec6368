// When a message that could not be delivered is tried again. Pure.
import { PROMPT_ATTEMPTS_MAX, RETRY_FIRST_MS, RETRY_FOR_MS, RETRY_LEAST_MS, RETRY_LONGEST_MS } from "./limits.ts";

/**
 * Time of the next attempt after `attempts` failed ones; null: it is too late to be of use. `wishMs`: what the other side asks for. One
 * that asks for less than we would wait has its way a few times: `Retry-After: 0` for a night would be a storm.
 */
export function nextAttempt(
  { attempts, createdAt }: { attempts: number; createdAt: Date },
  wishMs: number | null,
  now: Date,
): Date | null {
  const backOffMs = RETRY_FIRST_MS * 2 ** Math.min(attempts - 1, 20);
  const leastMs = wishMs !== null && attempts <= PROMPT_ATTEMPTS_MAX ? RETRY_LEAST_MS : backOffMs;
  const waitMs = Math.min(Math.max(wishMs ?? 0, leastMs), RETRY_LONGEST_MS);
  const at = now.getTime() + waitMs;
  return at - createdAt.getTime() > RETRY_FOR_MS ? null : new Date(at);
}
