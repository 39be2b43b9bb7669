import { Problem, Unreachable } from "../../shared/service.js";
import type { Service } from "../../shared/service.js";

/** Whom a check asks. */
export type Ask = Pick<Service, "url" | "send">;

/** How long an answer may take, in milliseconds: in a check of 90 seconds a later one is of no use. */
const PATIENCE = 6_000;

/** Asks once, without another try: what is asked for changes while it is waited for. */
export async function ask<T>({ url, send }: Ask, method: string, path: string, { body, signal }: { body?: Blob; signal: AbortSignal }): Promise<T> {
  const control = new AbortController();
  const stop = () => control.abort();
  const clock = setTimeout(stop, PATIENCE);
  signal.addEventListener("abort", stop);
  try {
    const headers = body ? { "Content-Type": "application/octet-stream" } : {};
    const request = new Request(url + path, { method, headers, signal: control.signal, redirect: "manual", ...(body ? { body } : {}) });
    const response = await send(request);
    const text = await response.text();
    if (!response.ok) throw new Problem(response.status, read(text));
    return read(text) as T;
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof Problem ? error : new Unreachable(error);
  } finally {
    clearTimeout(clock);
    signal.removeEventListener("abort", stop);
  }
}

/** Reads JSON; a proxy's page is none. */
function read(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
