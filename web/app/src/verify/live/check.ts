import { openLiveKey } from "../../../../client/src/live-key.js";
import type { LiveKey } from "../../../../client/src/live-key.js";
import type { LiveIn, LiveOpenedOut, LiveOut, LiveOverOut, LiveStateOut, ReasonOut, SayOut } from "../../schema.js";
import { body, Problem, Unreachable } from "../../shared/service.js";
import type { Service } from "../../shared/service.js";
import { ask } from "./ask.js";
import { deviceName } from "./device.js";
import type { Lens } from "./lens.js";
import { byPosts } from "./posts.js";
import { BLANK, connected, heard, readSaid } from "./said.js";
import type { Shown } from "./said.js";
import { bySocket, GIVEN_UP } from "./socket.js";
import type { Closed } from "./socket.js";

/** How the person wants the check. */
export type Wanted = Required<Pick<LiveIn, "mode" | "photosensitive">>;

/** How a check ended. */
export type End =
  | { kind: "done"; sandbox: boolean }
  | { kind: "again" | "expired"; reasons: readonly ReasonOut[] }
  /** The person gave it up, or the page has gone. */
  | { kind: "left" }
  /** It was not opened, or could not go on: a problem of the service's or of the way to it. */
  | { kind: "stuck"; error: unknown };

/** Longest life of a session, in milliseconds. */
const LONGEST = 90_000;
/** After the end of the time the service still judges what came, in milliseconds. */
const GRACE = 5_000;
/** Before each further try to connect, in milliseconds; the last one for as long as it takes. */
const PAUSES = [300, 1_000, 2_000, 3_000] as const;
/** The service has too much to do: before the next try, in milliseconds. */
const BUSY = 3_000;
/** Connections in a row that never worked, while the service answers otherwise, after which frames go one by one. */
const NO_SOCKET = 2;
/** Connections that the service has closed as broken after which no other one is tried. */
const STRIKES = 3;
/** Codes with which the service says that what the page sent was wrong. */
const WRONG: readonly number[] = [4400, 4401, 4409, 4413, 4429];

/** One live check, from its opening to its end. It knows nothing of the page: what is shown is a value. */
export class Check {
  shown: Shown = BLANK;
  #seq = 0;
  #control = new AbortController();

  constructor(
    readonly service: Service,
    readonly token: () => string,
    readonly verification: string,
    readonly onChange: (before: Shown, after: Shown) => void,
  ) {}

  /** Does the check. What goes wrong is its end, and never thrown. */
  async run(lens: Lens, wanted: Wanted): Promise<End> {
    try {
      const key = await openLiveKey();
      const device = deviceName();
      const opened = await this.#open({ ...wanted, device, capture_key: key.point, camera: lens.about });
      if ("sandbox" in opened) return { kind: "done", sandbox: true };
      const life = lifeOf(opened);
      this.#set({ ...this.shown, stage: "connecting", ends: performance.now() + life, life });
      return await this.#goOn(opened, await key.agree(opened, device), lens);
    } catch (error) {
      return this.#control.signal.aborted ? { kind: "left" } : { kind: "stuck", error };
    }
  }

  /** Gives it up. What it has asked for counts as a try. */
  leave(): void {
    this.#control.abort(GIVEN_UP);
  }

  #set(after: Shown): void {
    const before = this.shown;
    this.shown = after;
    this.onChange(before, after);
  }

  #open(wanted: LiveIn): Promise<LiveOut> {
    const params = { path: { id: this.verification } };
    return body(this.service.api.POST("/v1/verifications/{id}/live", { params, body: wanted, signal: this.#control.signal }));
  }

  /** Connects, again and again for as long as the session lives. */
  async #goOn(opened: LiveOpenedOut, key: LiveKey, lens: Lens): Promise<End> {
    const { signal } = this.#control;
    this.#seq = opened.next_seq;
    let [tries, dead, strikes] = [0, 0, 0];
    for (;;) {
      const sockets = dead < NO_SOCKET;
      const { code, greeted, over } = sockets ? await this.#socket(opened, key, lens) : await this.#posts(opened, key, lens);
      if (signal.aborted) return this.#farewell(opened, over);
      if (over) return endOf(over);
      tries = greeted ? 0 : tries + 1;
      if (WRONG.includes(code)) strikes += 1;
      this.#set({ ...connected(this.shown), stage: "broken" });
      const state = await this.#state(opened);
      if (state && state.state !== "open") return endOf(state);
      // Whoever answers requests, but no WebSocket, stands behind a proxy that lets none through.
      if (state && sockets) dead = greeted ? 0 : dead + 1;
      if (strikes >= STRIKES) return { kind: "stuck", error: new Problem(code, undefined) };
      if (state) this.#seq = Math.max(this.#seq, state.next_seq);
      await pause(code === 1013 ? BUSY : (PAUSES[Math.min(tries, PAUSES.length - 1)] ?? 1_000), signal);
    }
  }

  #socket(opened: LiveOpenedOut, key: LiveKey, lens: Lens) {
    const onHello = (seq: number) => {
      this.#seq = Math.max(this.#seq, seq);
      this.#set(connected(this.shown));
    };
    const { signal } = this.#control;
    const url = this.service.url + opened.socket;
    return bySocket({ url, token: this.token(), key, lens, next: this.#next, onHello, onSay: this.#hear, signal });
  }

  async #posts({ frames }: LiveOpenedOut, key: LiveKey, lens: Lens): Promise<Closed> {
    let greeted = false;
    const onAnswer = (seq: number) => {
      greeted = true;
      this.#seq = Math.max(this.#seq, seq);
      if (this.shown.stage !== "running") this.#set(connected(this.shown));
    };
    const { signal } = this.#control;
    const over = await byPosts({ ask: this.service, path: frames, key, lens, next: this.#next, onAnswer, onSay: this.#hear, signal });
    return { code: 1006, greeted, over };
  }

  #next = (): number => this.#seq++;

  #hear = (out: SayOut): void => {
    const said = readSaid(out);
    if (said) this.#set(heard(this.shown, said));
  };

  /** Asks where the session stands; nothing where nobody answers and its time is not over. */
  async #state({ session }: LiveOpenedOut): Promise<LiveStateOut | undefined> {
    const path = `/v1/verifications/${this.verification}/live/${session}`;
    try {
      return await ask<LiveStateOut>(this.service, "GET", path, { signal: this.#control.signal });
    } catch (error) {
      const busy = error instanceof Problem && error.status >= 500;
      const late = performance.now() > (this.shown.ends ?? 0) + GRACE;
      if ((busy || error instanceof Unreachable) && !late) return undefined;
      throw error;
    }
  }

  /** Tells the service that it was given up, where the connection did not. */
  async #farewell({ session }: LiveOpenedOut, over: LiveOverOut | undefined): Promise<End> {
    // Whoever stops in the moment in which it is done has done it.
    if (over?.state === "done") return endOf(over);
    const path = `/v1/verifications/${this.verification}/live/${session}`;
    if (!over) await ask(this.service, "DELETE", path, { signal: new AbortController().signal }).catch(() => undefined);
    return { kind: "left" };
  }
}

function endOf({ state, reasons }: Pick<LiveOverOut, "state" | "reasons">): End {
  if (state === "done") return { kind: "done", sandbox: false };
  return { kind: state === "expired" ? "expired" : "again", reasons };
}

/** Returns how long a session lives, in milliseconds; a clock that is set wrongly is not believed. */
function lifeOf({ expires_at }: LiveOpenedOut): number {
  const told = Date.parse(expires_at) - Date.now();
  return told > 5_000 && told <= LONGEST ? told : LONGEST;
}

/** Waits, and no longer than until there is a network again. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(clock);
      removeEventListener("online", go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    const clock = setTimeout(go, milliseconds);
    addEventListener("online", go);
    signal.addEventListener("abort", go);
  });
}
