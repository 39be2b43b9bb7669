// A receiver of webhooks on this machine, as an integrator writes one: it checks signatures and answers as a test wants.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What arrived. */
export interface Received {
  /** The event's id, the same in every try. */
  id: string;
  body: string;
  /** Is one of its signatures made with this secret? */
  signedWith: (secret: string) => boolean;
}

/** A receiver that listens. */
export interface Receiver {
  url: string;
  /** Answers with this status from now on. */
  answer: (status: number) => void;
  /** Forgets what has arrived and nobody has waited for: tries of a service that goes on by itself. */
  forget: () => void;
  /** Waits for what arrives next. */
  next: () => Promise<Received>;
  stop: () => Promise<void>;
}

/** Longest that a test waits for a delivery, milliseconds. */
const PATIENCE = 20_000;

/** Starts a receiver. */
export async function startReceiver(): Promise<Receiver> {
  let status = 204;
  const arrived: Received[] = [];
  const waiting: ((got: Received) => void)[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      response.writeHead(status).end();
      const header = (name: string) => String(request.headers[name] ?? "");
      const [id, body] = [header("webhook-id"), Buffer.concat(parts).toString()];
      const signed = `${id}.${header("webhook-timestamp")}.${body}`;
      const signedWith = (secret: string) => {
        const mac = createHmac("sha256", Buffer.from(secret.replace(/^whsec_/, ""), "base64")).update(signed).digest("base64");
        return header("webhook-signature").split(" ").includes(`v1,${mac}`);
      };
      const got = { id, body, signedWith };
      const next = waiting.shift();
      if (next) next(got);
      else arrived.push(got);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    answer: (next) => void (status = next),
    forget: () => void arrived.splice(0),
    next: () => {
      const first = arrived.shift();
      if (first) return Promise.resolve(first);
      return new Promise((resolve, reject) => {
        const clock = setTimeout(() => reject(new Error("nothing arrived")), PATIENCE);
        waiting.push((got) => {
          clearTimeout(clock);
          resolve(got);
        });
      });
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
