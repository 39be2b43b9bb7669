import { spawn } from "node:child_process";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** How the service is started. */
export interface Start {
  /** The program. */
  program: string;
  /** Where it keeps everything. */
  data: string;
  /** The demo's own folder. */
  folder: string;
  port: number;
  /** This site's address: its page embeds, its server hears of events. */
  origin: string;
  smtp: number;
  smsSecret: string;
  sandbox: boolean;
  /** What it is told besides. */
  more: readonly string[];
}

/** A service that runs, and what it said when it started. */
export interface Service {
  url: string;
  /** The operator's link. */
  setup: string;
  /** The page to try verifications by themselves, where there is one. */
  trial: string | undefined;
  sandboxKey: string | undefined;
  /** Keys that were made for trying out. */
  madeKeys: readonly string[];
  log: string;
  /** Fulfilled when it ends. */
  ended: Promise<void>;
  stop: () => Promise<void>;
}

/** Starts the service, with mails and SMS to the demo's own mailbox, and waits until it answers. */
export async function startService(start: Start): Promise<Service> {
  const config = join(start.folder, "menshen.toml");
  await writeFile(config, configuration(start), { mode: 0o600 });
  const log = join(start.folder, "menshen.log");
  const errors = await open(log, "w", 0o600);
  const kind = start.sandbox ? "--sandbox-only" : "--demo";
  const args = ["serve", "--json", kind, "--config", config, "--data-dir", start.data, ...start.more];
  const child = spawn(start.program, args, { stdio: ["ignore", "pipe", errors.fd] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  let text = "";
  const greeted = new Promise<string>((resolve) =>
    child.stdout?.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      const line = text.split("\n").slice(0, -1).find((one) => one.includes('"setup"'));
      if (line !== undefined) resolve(line);
    }),
  );
  const early = ended.then(() => Promise.reject(new Error(`the service did not start; ${log} says why`)));
  const greeting = await Promise.race([greeted, early, failed]).finally(() => errors.close());
  early.catch(() => {});
  const said = JSON.parse(greeting) as Record<string, string | string[] | null>;
  return {
    url: String(said["url"]),
    setup: String(said["setup"]),
    trial: typeof said["try"] === "string" ? said["try"] : undefined,
    sandboxKey: typeof said["sandbox_key"] === "string" ? said["sandbox_key"] : undefined,
    madeKeys: Array.isArray(said["made_keys"]) ? said["made_keys"] : [],
    log,
    ended,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** A configuration for this machine alone: no TLS, and events may go to this machine. */
function configuration({ port, origin, smtp, smsSecret }: Start): string {
  const text = JSON.stringify;
  // `localhost` is a name, as passkeys need one. The exchange is at 127.0.0.1, another site to a browser: neither gets the other's cookies.
  return `listen = "127.0.0.1:${port}"
public_url = "http://localhost:${port}"

[web]
embed_on = [${text(origin)}]

[oidc]
trust_framework = ${text(`${origin}/rules`)}

[webhooks]
allow_private = true

[mail]
host = "127.0.0.1"
port = ${smtp}
security = "none"
from = "Lantern <no-reply@lantern.example>"

[sms]
url = ${text(`${origin}/sms`)}
headers = { Authorization = ${text(`Bearer ${smsSecret}`)} }
body = '{"to": {{ to }}, "text": {{ text }}}'
`;
}
