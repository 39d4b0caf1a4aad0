import type { Command } from "commander";
import { strategies } from "../core/strategies/registry.ts";
import type { ParamSpec, Strategy } from "../core/strategies/strategy.ts";
import { EXIT_OK } from "./failure.ts";
import { parameterFlag } from "./flag-names.ts";
import { styles } from "./report/style.ts";
import { marked, wrapped } from "./report/text.ts";
import type { Terminal } from "./terminal.ts";

const USE = `Defaults in brackets. To run one:
  backgrid run --source sample --strategy ma_crossover --fast 20
Your own signals, one a line for each row of a file:
  backgrid run --file p.csv --strategy signals --signals s.txt
`;

/** The command `strategies`: each with what it does and its parameters. */
export function defineStrategies(command: Command, terminal: Terminal, done: (exitCode: number) => void): void {
  command.option("--json", "print a JSON list").action(() => {
    const entries = Object.entries<Strategy>(strategies);
    const json = command.getOptionValue("json") === true;
    if (json) terminal.write(`${JSON.stringify({ items: entries.map(itemOf), next_cursor: null })}\n`);
    else terminal.write([...entries.map(([name, strategy]) => paragraph(name, strategy, terminal)), USE].join("\n"));
    done(EXIT_OK);
  });
}

function itemOf([name, { doc, params, rules }]: readonly [string, Strategy]) {
  const listed = Object.entries(params).map(([param, spec]) => ({ name: param, ...spec }));
  return { name, doc, params: listed, rules: rules.map(({ left, right }) => `${left} < ${right}`) };
}

function paragraph(name: string, { doc, params, rules }: Strategy, { columns, colours }: Terminal): string {
  const { bold, cyan } = styles(colours);
  const specs = Object.entries(params);
  const marks = specs.map(([param, spec]) => `  ${parameterFlag(param)} (${spec.default})`);
  const width = Math.max(0, ...marks.map((mark) => mark.length));
  const lines = specs.flatMap(([, spec], i) => {
    const mark = marks[i]!;
    const [first = "", ...rest] = marked(mark.padEnd(width), `${spec.doc}; ${allowed(spec)}`, columns);
    return [cyan(mark) + first.slice(mark.length), ...rest];
  });
  const rule = rules.map(({ left, right }) => `  ${parameterFlag(left)} must be less than ${parameterFlag(right)}`);
  return `${[bold(name), ...wrapped(doc, columns, "  "), ...lines, ...rule].join("\n")}\n`;
}

function allowed(spec: ParamSpec): string {
  if (spec.kind === "choice") return spec.choices.join(", ");
  return `${spec.kind === "integer" ? "a whole number from " : ""}${spec.min} to ${spec.max} ${spec.unit}`.trimEnd();
}
