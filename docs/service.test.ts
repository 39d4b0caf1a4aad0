import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { readConfig, wantsStacks } from "../api/config.ts";
import { HOSTILE_BYTES } from "../api/hostile/bytes.ts";
import { HOSTILE_REQUESTS } from "../api/hostile/requests.ts";
import { HTTP_STATUS } from "../api/http-errors.ts";

const PAGE = readFileSync(new URL("./service.md", import.meta.url), "utf8");
const EXAMPLE = readFileSync(new URL("../.env.example", import.meta.url), "utf8");
const ROW = /^\| `([A-Z_]+)` \|([^|]*)\|([^|]*)\|.*\|$/gm;
const settings = [...PAGE.matchAll(ROW)].map(([, name = "", standard = "", allowed = ""]) => ({
  name,
  standard: standard.replaceAll("`", "").trim(),
  allowed: allowed.trim(),
}));

/** Every variable that the code asks for. */
function variablesRead(): readonly string[] {
  const names = new Set<string>();
  const env = new Proxy<Record<string, string>>(
    {},
    {
      get(_, name) {
        names.add(String(name));
        return name === "NODE_ENV" ? "test" : undefined;
      },
    },
  );
  readConfig(env);
  wantsStacks(env);
  return [...names];
}

describe("docs/service.md", () => {
  test("tells every variable that is read, and no other", () => {
    expect(settings.map(({ name }) => name).toSorted()).toEqual(variablesRead().toSorted());
  });

  test.each(settings.filter(({ standard }) => standard !== "").map((setting) => [setting.name, setting] as const))(
    "gives the default of %s",
    (name, { standard }) => {
      expect(readConfig({ [name]: standard })).toEqual(readConfig({}));
    },
  );

  test.each(settings.filter(({ allowed }) => allowed !== "").map((setting) => [setting.name, setting] as const))(
    "says what %s may be in the words of its refusal",
    (name, { allowed }) => {
      const refused = ["?", " "].map((value) => readConfig({ [name]: value })).find((config) => !config.ok);
      expect(refused?.ok === false ? refused.error.detail : "").toStartWith(`${name} must be ${allowed}: got `);
    },
  );

  test("gives each code of a refusal its status", () => {
    const told = [...PAGE.matchAll(/\| (\d{3}) `([a-z_]+)`/g)].map(([, status, code = ""]) => [code, Number(status)]);
    expect(told).not.toBeEmpty();
    expect(told).toEqual(told.map(([code]) => [code ?? "", Reflect.get(HTTP_STATUS, code ?? "")]));
  });

  test("does not boast about the length of the list of hostile requests", () => {
    const [, told] = PAGE.match(/some (\d+) such requests/) ?? [];
    expect(HOSTILE_REQUESTS.length + HOSTILE_BYTES.length).toBeGreaterThanOrEqual(Number(told));
  });
});

describe(".env.example", () => {
  test("holds the settings that have a default, with it, commented out", () => {
    const lines = [...EXAMPLE.matchAll(/^# ?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
    const given = settings.filter(({ allowed }) => allowed !== "");
    expect(lines.map(([name]) => name ?? "")).toEqual(given.map(({ name }) => name));
    for (const [k, { standard }] of given.entries()) if (standard !== "") expect(lines[k]?.[1]).toBe(standard);
  });

  test("sets nothing as it stands", () => {
    expect(EXAMPLE).not.toMatch(/^[^#\n]/m);
  });
});
