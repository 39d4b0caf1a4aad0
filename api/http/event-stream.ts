/** Sends one event; false when it was left out because the client does not keep up. */
export type SendEvent = (name: string, id: string, data: object) => boolean;

export interface EventStream {
  readonly send: SendEvent;
  /** Like `send`, but left out where the client does not keep up. */
  readonly sendIfRead: SendEvent;
  readonly end: () => void;
}

/** Bytes that may wait for a slow client before its less important events are left out. */
const WAITING_BYTES = 64 * 1024;

/**
 * Server-Sent Events. A comment is sent every `heartbeatMs`, so that nobody on the way takes the silence for the end.
 *
 * @param start is called once; what it returns is called when the stream ends or the client goes, once
 * @param beat  is called with every heartbeat
 */
export function eventStream(
  heartbeatMs: number,
  start: (stream: EventStream) => () => void,
  beat?: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let stop: (() => void) | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let open = true;
        const write = (text: string) => {
          if (open) controller.enqueue(encoder.encode(text));
          return open;
        };
        const timer = setInterval(() => {
          write(": ping\n\n");
          beat?.();
        }, heartbeatMs);
        let leave: (() => void) | undefined;
        stop = () => {
          if (!open) return;
          open = false;
          clearInterval(timer);
          leave?.();
        };
        const send: SendEvent = (name, id, data) => write(`event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
        const end = () => {
          if (!open) return;
          stop?.();
          controller.close();
        };
        const sendIfRead: SendEvent = (name, id, data) => (controller.desiredSize ?? 0) > 0 && send(name, id, data);
        write("retry: 1000\n\n");
        leave = start({ send, sendIfRead, end });
        if (!open) leave();
      },
      cancel() {
        stop?.();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: WAITING_BYTES }),
  );
}
