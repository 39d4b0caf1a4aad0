#!/usr/bin/env bun
import { runCli } from "./program.ts";
import { terminalOn } from "./terminal.ts";

process.exitCode = await runCli(process.argv.slice(2), terminalOn(process.stdout, process.stderr));
