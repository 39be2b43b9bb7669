// Starts a Menshen service, sets it up for the demo exchange, and starts that beside it, all for this machine only. Ctrl-C ends both.
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "@menshen/client";
import { exchange } from "./exchange.js";
import { Mailbox, startSmtp } from "./mailbox.js";
import { startService } from "./service.js";
import type { Service } from "./service.js";
import { setUp } from "./set-up.js";
import type { Ready } from "./set-up.js";
import { SignIn } from "./sign-in.js";
import type { Site } from "./visit.js";
import { Inbox } from "./webhooks.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    menshen: { type: "string", default: "target/release/menshen" },
    "data-dir": { type: "string", default: "menshen-data" },
    port: { type: "string", default: "8470" },
    "exchange-port": { type: "string", default: "8471" },
    sandbox: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const folder = join(values["data-dir"], values.sandbox ? "exchange-sandbox" : "exchange");
const mailbox = new Mailbox();
let site: Site | undefined;

async function run(): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const server = exchange(() => site);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(Number(values["exchange-port"]), "127.0.0.1", resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const smtp = await startSmtp(mailbox);
  const smsSecret = randomBytes(24).toString("base64url");
  const start = { program: values.menshen, data: values["data-dir"], folder, port: Number(values.port), origin, smtp: smtp.port, smsSecret };
  const service = await startService({ ...start, sandbox: values.sandbox, more: positionals });
  let stopping = false;
  const stop = async (status: number) => {
    stopping = true;
    server.close();
    server.closeAllConnections();
    await Promise.all([service.stop(), smtp.stop()]);
    process.exit(status);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop(0));
  void service.ended.then(() => {
    if (stopping) return;
    console.error(`the service ended; ${service.log} says why`);
    process.exit(1);
  });
  try {
    const file = join(folder, "kept.json");
    const ready = await setUp({ service: service.url, link: service.setup, origin, file, sandbox: values.sandbox });
    site = await open(origin, service.url, smsSecret, ready);
    greet(origin, service, ready);
  } catch (error) {
    complain(error);
    await stop(1);
  }
}

async function open(origin: string, service: string, smsSecret: string, { siteKey, app, webhookSecret }: Ready): Promise<Site> {
  const menshen = createClient({ url: service, key: siteKey });
  return { origin, service, menshen, signIn: await SignIn.at(origin, app), inbox: new Inbox(webhookSecret), mailbox, smsSecret };
}

function greet(origin: string, service: Service, ready: Ready): void {
  const { console: desk, invitation } = ready;
  if (values.json) return void console.log(JSON.stringify({ exchange: origin, url: service.url, console: desk, setup: service.setup, invitation }));
  const bold = (text: string) => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text);
  const rows: [string, string, string][] = [
    ["exchange", origin, "a fictitious one, with play money: begin here"],
    ["mailbox", `${origin}/mailbox`, "every mail and SMS that is sent here, with the codes"],
    ["console", desk, desk.includes("#") ? "you are the reviewer: good once, set how you sign in" : "you are the reviewer"],
    ["invitation", invitation, "to be typed when you open an account"],
    ["API", `${service.url}/docs`, ""],
    ["operator", ready.linkIsGood ? service.setup : "the link was used for this set-up; another start prints another one", ready.linkIsGood ? "works once" : ""],
  ];
  if (service.trial) rows.push(["TRY IT", service.trial, "a verification and its review, without an account"]);
  if (service.sandboxKey) rows.push(["sandbox key", service.sandboxKey, "shown once"]);
  console.log(`\n${bold("Menshen")} ${service.url} ${bold("and Lantern, an exchange that uses it")}`);
  for (const [name, what, why] of rows) console.log(`  ${name.padEnd(12)} ${bold(what)}${why && `  ${why}`}`);
  for (const path of service.madeKeys) console.log(`KEY MADE FOR TRYING OUT ${path}: without it nothing can be read. Keep a copy elsewhere.`);
  console.log(`The service's log is ${service.log}. Ctrl-C stops both; what was made is kept in ${values["data-dir"]}.\n`);
}

/** Says why not. Of a call that failed the text holds status and code, never what was sent. */
function complain(error: unknown): void {
  console.error(error instanceof Error ? error.message : "the demo did not start");
}

await run().catch((error: unknown) => {
  complain(error);
  process.exit(1);
});
