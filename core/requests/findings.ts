import type { z } from "zod";
import { type AppError, type Finding, fail } from "../errors.ts";
import { shown } from "../shown.ts";

/**
 * What a schema complains about, one finding per place, unknown fields by name.
 * @param fieldsAt the fields that an object at a path may have
 */
export function findingsOf(error: z.ZodError, fieldsAt: (path: readonly PropertyKey[]) => readonly string[]): Finding[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.join(".");
    if (issue.code !== "unrecognized_keys") return [{ path, message: `${path} ${issue.message}` }];
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join("."),
      message: `${shown(key)} is not a field${path === "" ? "" : ` of ${path}`}; fields are ${fieldsAt(issue.path).join(", ")}`,
    }));
  });
}

/** A refused request: the first finding tells, the others are listed. */
export function refuse(findings: readonly Finding[]): { readonly ok: false; readonly error: AppError } {
  const others = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
  return fail("invalid_request", `${findings[0]?.message ?? "the request is not valid"}${others}`, findings);
}
