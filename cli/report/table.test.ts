import { expect, test } from "bun:test";
import { tableLines } from "./table.ts";

const COLUMNS = [
  { head: "name", left: true, cells: ["a", "bb"] },
  { head: "x", group: "in", spare: 2, cells: ["1", "22"] },
  { head: "y", group: "in", cells: ["333", "4"] },
  { head: "z", group: "out", spare: 1, cells: ["5", "666666"] },
] as const;

test("groups stand above their columns, with a rule to their end", () => {
  const { groups, head, rows } = tableLines(COLUMNS, 21);
  expect([groups, head, ...rows]).toEqual([
    "      in ────  out ──",
    "name   x    y       z",
    "a      1  333       5",
    "bb    22    4  666666",
  ]);
});

test("columns that do not fit are left out, the highest number first, and a group with the last of its own", () => {
  expect(tableLines(COLUMNS, 20).head).toBe("name    y       z");
  expect(tableLines(COLUMNS, 16)).toEqual({ groups: "      in", head: "name    y", rows: ["a     333", "bb      4"] });
});

test("a group makes room for its name", () => {
  const column = { head: "n", group: "long", cells: ["1"] };
  expect(tableLines([column, { head: "m", left: true, cells: ["2"] }], 80)).toEqual({
    groups: "long",
    head: "   n  m",
    rows: ["   1  2"],
  });
});

test("without groups there is no line of them", () => {
  expect(tableLines([{ head: "n", cells: ["1"] }], 80)).toEqual({ groups: "", head: "n", rows: ["1"] });
});

test("a cell is painted as wide as its column, a heading never", () => {
  const paint = (cell: string, row: number) => `<${row}${cell}>`;
  expect(tableLines([{ head: "sum", cells: ["1", "20"], paint }], 80)).toMatchObject({ head: "sum", rows: ["<0  1>", "<1 20>"] });
});
