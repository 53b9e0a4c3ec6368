// Failing tests -> the lines on which they were declared, read from the commit itself.
import type { Manifest } from "../../core/project/manifest.ts";
import { type DeclaredTest, testLine } from "../../core/project/test-line.ts";
import type { TestOutcome } from "../../core/records.ts";
import { fileAt } from "../../git/repository.ts";
import type { Session } from "../session/session.ts";

/** The outcomes with `line` wherever something is to be looked at and the commit holds the file. Nothing fails because of it. */
export async function withLines(
  session: Session,
  { sha, manifest }: { sha: string; manifest: Manifest },
  tests: TestOutcome[],
): Promise<TestOutcome[]> {
  const texts = new Map<string, Promise<string | null>>();
  const textOf = (file: string): Promise<string | null> => {
    const known = texts.get(file) ?? readAt(session, sha, file);
    texts.set(file, known);
    return known;
  };
  return Promise.all(
    tests.map(async (one) => {
      const declared = ["pass", "skipped"].includes(one.status) ? null : declaredTest(manifest, one.test);
      const text = declared && one.file ? await textOf(one.file) : null;
      return declared && text !== null ? { ...one, line: testLine(text, declared) } : one;
    }),
  );
}

const readAt = async (session: Session, sha: string, file: string): Promise<string | null> =>
  (await fileAt(await session.repository(), sha, file).catch(() => null))?.toString("utf8") ?? null;

/** Null for a singular test, whose file is the test, and for one of a package, whose files are elsewhere. */
function declaredTest(manifest: Manifest, id: string): DeclaredTest | null {
  const unit = manifest.unit_tests[id];
  if (unit) return { subject: unit.name, column: null, test: null };
  const node = manifest.nodes[id];
  const declared = node?.test_metadata;
  if (!node || !declared || node.package_name !== manifest.metadata.project_name) return null;
  const subject = node.attached_node ? manifest.nodes[node.attached_node]?.name : node.sources?.[0]?.[1];
  if (subject === undefined) return null;
  const test = declared.namespace ? `${declared.namespace}.${declared.name}` : declared.name;
  const source = node.attached_node ? null : (node.sources?.[0]?.[0] ?? null);
  return { subject, source, column: node.column_name ?? null, test };
}
