import { describe, expect, test } from "bun:test";
import { csvCell, csvTable } from "./csv.ts";

describe("a CSV cell", () => {
  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])("that holds the text %j is no formula", (text) => {
    expect(csvCell(text)).toBe(`'${text}`);
  });

  test("keeps numbers as they are, negative ones too", () => {
    expect([-0.18, 1e21, 0, 5e-324].map(csvCell)).toEqual(["-0.18", "1e+21", "0", "5e-324"]);
  });

  test("is empty for null and for what is no number", () => {
    expect([null, Number.NaN].map(csvCell)).toEqual(["", ""]);
  });

  test("is quoted where it holds a comma, a quote or a line break", () => {
    expect(["a,b", 'a"b', "a\nb", "\rb"].map(csvCell)).toEqual(['"a,b"', '"a""b"', '"a\nb"', '"\'\rb"']);
  });
});

test("a CSV table has the known columns first, then those of inner objects by path", () => {
  const table = csvTable(
    ["id", "x"],
    [
      { x: 1, id: "a", params: { fast: 10 } },
      { id: "b", params: { fast: 5, slow: 20 }, list: [1] },
    ],
  );
  expect(table).toBe("id,x,params.fast,params.slow,list\r\na,1,10,,\r\nb,,5,20,[1]\r\n");
});

test("an empty CSV table still has its header", () => {
  expect(csvTable(["id", "x"], [])).toBe("id,x\r\n");
});
