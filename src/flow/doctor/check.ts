// One line of the doctor, and the rule that a check which breaks is a problem on its own line: the others go on.
import type { DoctorCheck } from "../../core/views/upkeep.ts";
import { AppError, type Problem } from "../../lib/error.ts";
import type { Text } from "../../lib/text.ts";
import { say } from "../../text/catalogue.ts";

export const ok = (id: string, message: Text): DoctorCheck => ({ id, status: "ok", message, remedy: null });
export const warning = (id: string, message: Text, remedy: Text | null = null): DoctorCheck => ({
  id,
  status: "warning",
  message,
  remedy,
});
export const trouble = (id: string, message: Text, remedy: Text | null = null): DoctorCheck => ({
  id,
  status: "problem",
  message,
  remedy,
});

/** Runs a group of checks; what it throws becomes a problem under `id`. */
export async function guarded(id: string, work: () => Promise<DoctorCheck[]>): Promise<DoctorCheck[]> {
  try {
    return await work();
  } catch (error) {
    return fromError(id, error);
  }
}

/** Every problem an error carries, else its own sentence with what to do. */
export function fromError(id: string, error: unknown): DoctorCheck[] {
  if (!(error instanceof AppError)) {
    const message = error instanceof Error ? error.message : String(error);
    return [trouble(id, say("doctor.broke", { message }), null)];
  }
  const { problems, where, hint } = error.details;
  if (problems && problems.length > 0) return problems.map((one) => fromProblem(id, one));
  return [
    fromProblem(id, {
      code: error.code,
      severity: "error",
      message: error.text,
      ...(where ? { where } : {}),
      ...(hint ? { hint } : {}),
    }),
  ];
}

export function fromProblem(id: string, { severity, message, where, hint }: Problem): DoctorCheck {
  const place = where && [where.file, where.line, where.column].filter((part) => part !== undefined).join(":");
  const text = place ? say("doctor.at", { place, message }) : message;
  return { id, status: severity === "error" ? "problem" : "warning", message: text, remedy: hint ?? null };
}
