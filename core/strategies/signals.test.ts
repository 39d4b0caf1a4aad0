import { describe, expect, test } from "bun:test";
import { SIGNAL_EXIT, SIGNAL_LONG, SIGNAL_NONE, SIGNAL_SHORT } from "../engine/abi.ts";
import { uniforms } from "../random.ts";
import { DIRECTIONS, type Direction, signalsOf } from "./signals.ts";

const [none, long, short, exit] = [SIGNAL_NONE, SIGNAL_LONG, SIGNAL_SHORT, SIGNAL_EXIT];

describe("signals", () => {
  const wanted = Int8Array.of(0, 1, 1, -1, -1, 0, 0, 1, -1, 1, 1);

  test("stand where the wanted state differs from the bar before, flat before the first", () => {
    expect(Array.from(signalsOf(wanted, "both"))).toEqual([none, long, none, short, none, exit, none, long, short, long, none]);
    expect(Array.from(signalsOf(Int8Array.of(-1, -1), "both"))).toEqual([short, none]);
    expect(signalsOf(new Int8Array(0), "both")).toEqual(new Int8Array(0));
  });

  test("of direction long know a short state as flat", () => {
    expect(Array.from(signalsOf(wanted, "long"))).toEqual([none, long, none, exit, none, none, none, long, exit, long, none]);
  });

  test("of direction short know a long state as flat", () => {
    expect(Array.from(signalsOf(wanted, "short"))).toEqual([none, none, none, short, none, exit, none, none, short, exit, none]);
  });

  test.each([...DIRECTIONS])("replayed give back the states, for any length and place in memory: %s", (direction: Direction) => {
    const next = uniforms(8);
    for (let k = 0; k < 300; k++) {
      const memory = new Int8Array(70);
      let state = 0;
      for (let i = 0; i < 70; i++) memory[i] = state = next() < 0.2 ? Math.floor(next() * 3) - 1 : state;
      const states = memory.subarray(k % 9, (k % 9) + Math.floor(next() * 60));
      const banned = { long: -1, short: 1, both: 2 }[direction];
      let held = 0;
      const replayed = Array.from(signalsOf(states, direction), (signal) => {
        if (signal !== SIGNAL_NONE) {
          const asked = signal === SIGNAL_EXIT ? 0 : signal;
          expect(asked).not.toBe(held);
          held = asked;
        }
        return held;
      });
      expect(replayed).toEqual(Array.from(states, (wantedState) => (wantedState === banned ? 0 : wantedState)));
    }
  });
});
