import type { IncomingMessage, ServerResponse } from "node:http";
import type { Html } from "./html.js";

/** Largest body that is read, in bytes: forms are short, and events hold ids. */
const LARGEST = 64 * 1024;

/** A request that is not answered as it asks. */
export class Refused extends Error {
  constructor(readonly status: 403 | 404 | 405 | 413 | 421) {
    super(`refused with ${status}`);
  }
}

/** Returns the body of a request, byte for byte. */
export async function bytes(request: IncomingMessage): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > LARGEST) throw new Refused(413);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Returns the fields of a form. */
export async function fields(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams(Buffer.from(await bytes(request)).toString("utf8"));
}

/** Sets what every answer has: this site loads from itself and from Menshen, and stands in nobody's frame. */
export function harden(response: ServerResponse, service: string): void {
  const socket = service.replace(/^http/, "ws");
  response.setHeader("Content-Security-Policy", [
    "default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "style-src 'self'", "font-src 'self'",
    // The element of Menshen, and the engine in the page.
    `script-src 'self' ${service} 'wasm-unsafe-eval'`, `connect-src 'self' ${service} ${socket}`, `worker-src blob: ${service}`,
    "img-src 'self' blob: data:", "media-src blob:",
    // Forms begin sign-ins, which go on there.
    `form-action 'self' ${service}`,
  ].join("; "));
  response.setHeader("X-Content-Type-Options", "nosniff");
  // Not `no-referrer`: with it browsers name no origin where a form is sent either.
  response.setHeader("Referrer-Policy", "same-origin");
  response.setHeader("Permissions-Policy", "camera=(self), microphone=(), geolocation=()");
  response.setHeader("Cache-Control", "no-store");
}

/** Answers with a page. */
export function show(response: ServerResponse, page: Html, status = 200): void {
  response.writeHead(status, { "Content-Type": "text/html; charset=utf-8" }).end(page.text);
}

/** Sends the browser elsewhere, with a GET. */
export function go(response: ServerResponse, to: URL | string): void {
  response.writeHead(303, { Location: String(to) }).end();
}
