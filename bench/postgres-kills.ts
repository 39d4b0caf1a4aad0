import { killConnections } from "../api/store/postgres/driver-kills.ts";

// The long form of the test of the PostgreSQL driver: `bun bench/postgres-kills.ts <rounds> <seed>`. Prints what came of it; ends with 1 when anything was amiss.

const [, , rounds = "6000", seed = "20260301"] = process.argv;
const CONNECTIONS = 5;

const startedMs = performance.now();
const report = await killConnections(Number(rounds), CONNECTIONS, Number(seed));
const minutes = (performance.now() - startedMs) / 60_000;
process.stdout.write(`${JSON.stringify({ minutes, ...report }, null, 1)}\n`);
const { client } = report;
const isSound =
  client !== null &&
  client.unsettled + client.stray.length + client.wrong.length + client.halves + client.lost === 0 &&
  client.width === CONNECTIONS &&
  client.hasHeard &&
  client.hasEnded;
process.exitCode = isSound ? 0 : 1;
