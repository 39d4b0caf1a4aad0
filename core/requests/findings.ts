import type { z } from "zod";
import { type AppError, type Finding, fail } from "../errors.ts";
import { shown } from "../shown.ts";

/** The most findings that a refusal lists. */
const MOST_FINDINGS = 20;
const LONGEST_PATH = 100;

/**
 * What a schema complains about, one finding per place, unknown fields by name; the first of them where there are very many.
 * @param fieldsAt the fields that an object at a path may have
 */
export function findingsOf(error: z.ZodError, fieldsAt: (path: readonly PropertyKey[]) => readonly string[]): Finding[] {
  const findings: Finding[] = [];
  for (const issue of error.issues) {
    if (findings.length > MOST_FINDINGS) break;
    const path = issue.path.join(".");
    if (issue.code !== "unrecognized_keys") findings.push({ path, message: `${path} ${issue.message}` });
    else {
      const unknown = issue.keys.slice(0, MOST_FINDINGS + 1);
      const fields = `a field${path === "" ? "" : ` of ${path}`}; fields are ${fieldsAt(issue.path).join(", ")}`;
      findings.push(
        ...unknown.map((key) => ({ path: [...issue.path, key].join("."), message: `${shown(key)} is not ${fields}` })),
      );
    }
  }
  return findings;
}

/** A refused request: the first finding tells, the others are listed, at most MOST_FINDINGS in all. */
export function refuse(findings: readonly Finding[]): { readonly ok: false; readonly error: AppError } {
  const others = findings.length - 1;
  const more = others > 0 ? ` (and ${others < MOST_FINDINGS ? others : `at least ${MOST_FINDINGS}`} more)` : "";
  const listed = findings
    .slice(0, MOST_FINDINGS)
    .map(({ path, message }) => ({ path: legible(path), message: message.toWellFormed() }));
  return fail("invalid_request", `${findings[0]?.message ?? "the request is not valid"}${more}`, listed);
}

/** A path without half characters, and not longer than a reader needs. */
function legible(path: string): string {
  const whole = path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH - 1)}…` : path;
  return whole.toWellFormed();
}
