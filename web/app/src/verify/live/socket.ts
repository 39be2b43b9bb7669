import type { LiveKey } from "../../../../client/src/live-key.js";
import type { LiveOverOut, SayOut } from "../../schema.js";
import { film } from "./film.js";
import type { Lens } from "./lens.js";

/** The subprotocol; the token travels beside it, because a page can set no header. */
const PROTOCOL = "menshen.live.v1";
/** How long a connection may take until the service greets, in milliseconds. */
const GREETING = 8_000;
/** Bytes on their way above which no further frame is sent: an old frame is worth nothing. */
const WAITING = 192 << 10;
/** After so long without a byte that moves, the connection is taken to be dead, in milliseconds. */
const DEAD = 4_000;
/** How long the service may take to answer that the check was given up, in milliseconds. */
const FAREWELL = 1_500;

/** What a connection is made of. */
export interface Wire {
  url: string;
  token: string;
  key: LiveKey;
  lens: Lens;
  /** Numbers of frames; none is used twice. */
  next: () => number;
  /** The service greets, with the least number that it takes. */
  onHello: (seq: number) => void;
  onSay: (said: SayOut) => void;
  /** Ends it; the check is given up before where `signal.reason` says so. */
  signal: AbortSignal;
}

/** How a connection ended. */
export interface Closed {
  code: number;
  /** Did it ever work? */
  greeted: boolean;
  over: LiveOverOut | undefined;
}

/** The reason with which a signal gives a check up. */
export const GIVEN_UP = "given up";

type Message = { type: "hello"; nonce: string; next_seq: number } | ({ type: "say" } & SayOut) | ({ type: "over" } & LiveOverOut);

/** Streams frames over a WebSocket until it is closed. */
export function bySocket({ url, token, key, lens, next, onHello, onSay, signal }: Wire): Promise<Closed> {
  const socket = new WebSocket(url.replace(/^http/, "ws"), [PROTOCOL, `bearer.${token}`]);
  let greeted = false;
  let over: LiveOverOut | undefined;
  let shown = false;
  const open = () => socket.readyState === WebSocket.OPEN;
  const lost = () => socket.close();
  const stop = () => {
    if (signal.reason !== GIVEN_UP || !open() || !greeted) return lost();
    socket.send('{"type":"abandon"}');
    setTimeout(lost, FAREWELL);
  };
  const clock = setTimeout(lost, GREETING);
  let moved = performance.now();
  const send = async (seq: number, at: number, jpeg: Uint8Array<ArrayBuffer>) => {
    const bytes = await key.frame(seq, at, jpeg);
    if (open()) socket.send(bytes);
  };
  const ready = () => {
    if (socket.bufferedAmount < WAITING) moved = performance.now();
    else if (performance.now() - moved > DEAD) socket.close();
    return socket.bufferedAmount < WAITING;
  };
  const hear = async (message: Message) => {
    if (message.type === "hello") {
      clearTimeout(clock);
      greeted = true;
      const mac = await key.hello(message.nonce);
      if (!open()) return;
      socket.send(JSON.stringify({ type: "hello", mac }));
      onHello(message.next_seq);
      void film(lens, () => open() && !shown, async ({ at, jpeg }) => void (ready() && (await send(next(), at, jpeg))));
    } else if (message.type === "over") {
      over = message;
      lost();
    } else {
      shown ||= message["say"] === "done";
      onSay(message);
    }
  };
  return new Promise((resolve) => {
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => void hear(JSON.parse(data) as Message));
    // Some systems notice only after minutes that a network is gone; the browser knows at once.
    addEventListener("offline", lost);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    socket.addEventListener("close", ({ code }) => {
      clearTimeout(clock);
      removeEventListener("offline", lost);
      signal.removeEventListener("abort", stop);
      resolve({ code, greeted, over });
    });
  });
}
