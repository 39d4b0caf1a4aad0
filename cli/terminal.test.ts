import { expect, test } from "bun:test";
import { terminalOn } from "./terminal.ts";

function stream(look: { readonly isTTY?: boolean; readonly columns?: number } = {}) {
  const texts: string[] = [];
  let failed: (error: Error) => void = () => undefined;
  return {
    ...look,
    texts,
    write: (text: string) => texts.push(text),
    on: (_event: "error", listener: (error: Error) => void) => {
      failed = listener;
    },
    fail: (error: Error) => failed(error),
  };
}

test("a pipe has 80 columns and no colours, whatever the environment wants", () => {
  const { columns, colours } = terminalOn(stream({ columns: 200 }), stream(), true);
  expect({ columns, colours }).toEqual({ columns: 80, colours: false });
});

test("a terminal has its own width, at least 40, and colours unless they are not wanted", () => {
  const wide = terminalOn(stream({ isTTY: true, columns: 132 }), stream(), true);
  expect({ columns: wide.columns, colours: wide.colours }).toEqual({ columns: 132, colours: true });
  const narrow = terminalOn(stream({ isTTY: true, columns: 12 }), stream(), false);
  expect({ columns: narrow.columns, colours: narrow.colours }).toEqual({ columns: 40, colours: false });
});

test("a terminal tells how many bits its colours have; where none are shown there is one", () => {
  const terminal = { isTTY: true, getColorDepth: () => 24 };
  const bits = (look: object, wanted: boolean) => terminalOn({ ...stream(), ...look }, stream(), wanted).colourBits;
  expect([bits(terminal, true), bits(terminal, false), bits({ isTTY: true }, true)]).toEqual([24, 1, 1]);
  expect(bits({ getColorDepth: () => 24 }, true)).toBe(1);
});

test("a person reads what goes to a terminal, each stream for itself", () => {
  const { interactive, interactiveErrors } = terminalOn(stream(), stream({ isTTY: true }), true);
  expect({ interactive, interactiveErrors }).toEqual({ interactive: false, interactiveErrors: true });
});

test("output and errors go to streams of their own", () => {
  const out = stream();
  const errors = stream();
  const terminal = terminalOn(out, errors);
  terminal.write("told");
  terminal.writeError("complained");
  expect([out.texts, errors.texts]).toEqual([["told"], ["complained"]]);
});

test("a reader that leaves early ends the process quietly; another failure of a stream does not pass", () => {
  const out = stream();
  let left = 0;
  terminalOn(out, stream(), false, () => {
    left++;
  });
  out.fail(Object.assign(new Error("broken pipe"), { code: "EPIPE" }));
  expect(left).toBe(1);
  expect(() => out.fail(new Error("disk full"))).toThrow("disk full");
});
