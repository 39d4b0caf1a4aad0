import { expect, test } from "bun:test";
import { wantsStacks } from "../api/config.ts";
import { appError, type ErrorCode } from "../core/errors.ts";
import { reportBug, reportFailure } from "./failure.ts";
import { recorder } from "./test-session.ts";

test.each<readonly [ErrorCode, number, number]>([
  ["invalid_request", 2, 400],
  ["no_data", 3, 422],
  ["bad_data", 3, 422],
  ["not_found", 3, 404],
  ["unavailable", 1, 503],
])("%s ends with %d and is status %d", (code, exit, status) => {
  const terminal = recorder();
  expect(reportFailure(appError(code, "no"), terminal, true)).toBe(exit);
  expect(JSON.parse(terminal.told().out)).toMatchObject({ status, code, detail: "no", errors: [] });
});

test("a bug under --json is a problem too, and still told on stderr", () => {
  const terminal = recorder();
  expect(reportBug("lost", terminal, true, false)).toBe(1);
  expect(JSON.parse(terminal.told().out)).toMatchObject({ status: 500, code: "internal", errors: [] });
  expect(terminal.told().errors).toBe("internal error: lost; please report\n");
});

test("BACKGRID_DEBUG=1 shows the stack of a bug", () => {
  expect([wantsStacks({ BACKGRID_DEBUG: "1" }), wantsStacks({ BACKGRID_DEBUG: "0" }), wantsStacks({})]).toEqual([
    true,
    false,
    false,
  ]);
  const terminal = recorder();
  reportBug(new RangeError("too far"), terminal, false, true);
  expect(terminal.told().errors).toMatch(/^RangeError: too far\n\s+at [\s\S]*\ninternal error: too far; please report\n$/);
});
