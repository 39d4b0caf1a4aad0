/** Where a command writes: the process's streams, or a record of them in a test. */
export interface Terminal {
  write(text: string): void;
  writeError(text: string): void;
  /** Characters a line may hold. */
  readonly columns: number;
  readonly colours: boolean;
  /** Bits that tell a colour apart: 24 for any, 8 for 256 of them; 1 or left out where there are few or none. */
  readonly colourBits?: number;
  /** Whether a person may be reading what is written, and what is written as errors; a record and a pipe have no such reader. */
  readonly interactive?: boolean;
  readonly interactiveErrors?: boolean;
}

/** The part of a process's stream that a terminal needs. */
interface Stream {
  write(text: string): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  getColorDepth?(): number;
}

const PIPE_COLUMNS = 80;
const FEWEST_COLUMNS = 40;

/**
 * A terminal on two streams; 80 columns and no colours where the first is none.
 *
 * @param colours  whether the environment wants them (NO_COLOR and the like)
 * @param leave    called when the reader of a pipe has left early, as `head` does: nothing is left to say then
 */
export function terminalOn(
  out: Stream,
  errors: Stream,
  colours: boolean = Bun.enableANSIColors,
  leave: () => void = process.exit,
): Terminal {
  for (const stream of [out, errors]) {
    stream.on("error", (error) => {
      if (!("code" in error) || error.code !== "EPIPE") throw error;
      leave();
    });
  }
  const shown = out.isTTY === true;
  return {
    write: (text) => void out.write(text),
    writeError: (text) => void errors.write(text),
    columns: shown ? Math.max(out.columns ?? PIPE_COLUMNS, FEWEST_COLUMNS) : PIPE_COLUMNS,
    colours: shown && colours,
    colourBits: shown && colours ? (out.getColorDepth?.() ?? 1) : 1,
    interactive: shown,
    interactiveErrors: errors.isTTY === true,
  };
}
