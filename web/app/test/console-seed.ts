// Real cases for the console's tests: a live tenant whose people come with the drawn specimen, made through the API as an
// integrator makes them, so that what the page shows is what the service has judged.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** A service to fill. */
export interface Target {
  /** Where it is. */
  url: string;
  /** The operator's link, good once. */
  setup: string;
}

/** What the tests know of the tenant that they work in. */
export interface Seeded {
  /** The tenant's first key. */
  key: string;
  /** Staff secrets by role. They exist so that a test can act beside the page. */
  secrets: Record<"operator" | "reviewer" | "senior" | "auditor", string>;
  /** Invitations by role, for a browser. */
  invitations: Record<keyof Seeded["secrets"], string>;
  /** The verifications that wait for a person. */
  pending: string[];
  /** The verification whose verdict is disputed. */
  appealed: string;
  /** Tickets that wait for an answer. */
  tickets: string[];
}

type Json = Record<string, unknown>;

/** The program, which draws people and statements; the environment may name another one. */
const BINARY = process.env["WEB_TEST_MENSHEN"] ?? join(dirname(fileURLToPath(import.meta.url)), "../../../target/release/menshen");
/** Runs the program; connections stay alive meanwhile. */
const menshen = (...args: string[]) => promisify(execFile)(BINARY, args);
const DRAWN = join(homedir(), ".local/share/menshen/models/samples/drawn");

/** Calls the service and returns what it answers; fails loudly. */
export async function call<T = Json>(
  url: string, path: string, key: string, body?: unknown, method = body === undefined ? "GET" : "POST",
): Promise<T> {
  const photo = body instanceof Uint8Array;
  const sent = body === undefined ? {} : { body: photo ? body : JSON.stringify(body) };
  const headers = { Authorization: `Bearer ${key}`, ...(photo && { "Content-Type": "image/jpeg" }) };
  const response = await fetch(url + path, { method, headers, ...sent } as RequestInit);
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Makes a tenant with staff, cases, an appeal and tickets. */
export async function seed({ url, setup }: Target): Promise<Seeded> {
  if (!existsSync(DRAWN)) await menshen("verify", "--sample");
  const operator = (await call<{ secret: string }>(url, new URL(setup).pathname, "", undefined, "POST")).secret;
  const tenant = await call<{ secret: string }>(url, "/v1/tenants", operator, { name: "Example Exchange", sandbox: false });
  const key = tenant.secret;
  const secrets = {} as Seeded["secrets"];
  const invitations = {} as Seeded["invitations"];
  for (const [name, role] of [["Olga", "operator"], ["Rita", "reviewer"], ["Sam", "senior"], ["Ada", "auditor"]] as const) {
    const made = await call<{ secret: string; invitation: string }>(url, "/v1/staff", key, { name, role });
    secrets[role] = made.secret;
    invitations[role] = made.invitation;
  }
  // One is verified. Then the policy sends every portrait to people, so that whatever comes is a case.
  const own = claimsOf(DRAWN);
  await hand(url, key, "first", { folder: DRAWN, selfie: "selfie.jpg", data: own });
  const { toml } = await call<{ toml: string }>(url, "/v1/policy", key);
  await call(url, "/v1/policy", key, { toml: toml.replace(/^face_width_review = .*$/m, "face_width_review = 4000.0") }, "PUT");
  const pending: string[] = [];
  for (const [n, kind] of (["passport", "prc-id", "prc-id"] as const).entries()) pending.push((await stranger(url, key, kind, n)).id);
  // The fourth comes with the card of the first.
  pending.push((await hand(url, key, "again", { folder: DRAWN, selfie: "selfie.jpg", data: own })).id);
  const name = `${String(own["name"]).slice(0, -1)}溪`;
  const failed = await hand(url, key, "disputes", { folder: DRAWN, selfie: "selfie.jpg", data: { ...own, name } });
  await appeal(url, key, failed);
  pending.push((await listed(url, key, operator)).id);
  return { key, secrets, invitations, pending, appealed: failed.id, tickets: await ask(url, key, failed.applicant) };
}

/** Somebody whose name stands on a list of sanctioned people: a drawn list, and a person to go with it. */
async function listed(url: string, key: string, operator: string): Promise<Judged> {
  const list =
    '<?xml version="1.0" encoding="UTF-8"?><CONSOLIDATED_LIST dateGenerated="2026-11-02T23:00:03.428Z"><INDIVIDUALS><INDIVIDUAL>' +
    "<DATAID>1</DATAID><FIRST_NAME>FICTUS</FIRST_NAME><SECOND_NAME>EXEMPLARIUS</SECOND_NAME><UN_LIST_TYPE>SPECIMEN</UN_LIST_TYPE>" +
    "<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1960-03-12</DATE></INDIVIDUAL_DATE_OF_BIRTH>" +
    "</INDIVIDUAL></INDIVIDUALS><ENTITIES></ENTITIES></CONSOLIDATED_LIST>";
  const imported = await fetch(`${url}/v1/screening/lists/un`, {
    method: "PUT", headers: { Authorization: `Bearer ${operator}`, "Content-Type": "application/xml" }, body: list,
  });
  if (!imported.ok) throw new Error(`the list was refused: ${await imported.text()}`);
  const { toml } = await call<{ toml: string }>(url, "/v1/policy", key);
  const screened = toml.replace(/^\[screening\]\n[^[]*/m, "") + '\n[screening]\nrequired = true\nlists = ["un"]\n';
  await call(url, "/v1/policy", key, { toml: screened }, "PUT");
  const data = { document: "passport", country: "UTO", name: "Fictus Exemplarius", birth_date: "1960-03-12", number: "L898902C3" };
  const { id: applicant } = await call<{ id: string }>(url, "/v1/applicants", key, { external_id: "listed" });
  return submitted(url, key, applicant, "L1", (place) => call(url, `${place}/data`, key, data, "PUT"));
}

/** What somebody hands in. */
interface Brought {
  folder: string;
  selfie: string;
  data: Json;
}

/** What a drawn person types. */
function claimsOf(folder: string): Json {
  const { first: _first, purpose: _purpose, ...claims } = JSON.parse(readFileSync(join(folder, "claims.json"), "utf8")) as Json;
  return claims;
}

/** Somebody with a document of their own, and the other drawn face. */
async function stranger(url: string, key: string, kind: string, n: number): Promise<Judged> {
  const folder = mkdtempSync(join(tmpdir(), "menshen-drawn-"));
  const portrait = join(DRAWN, "other.jpg");
  await menshen("specimen", kind, "--portrait", portrait, "--seed", String(n + 5), "--out", folder, "--offline");
  return hand(url, key, `person-${n}`, { folder, selfie: portrait, data: claimsOf(folder) });
}

interface Judged {
  id: string;
  applicant: string;
  status: string;
}

/** Somebody hands in photos and data of level L2. */
async function hand(url: string, key: string, name: string, { folder, selfie, data }: Brought): Promise<Judged> {
  const { id: applicant } = await call<{ id: string }>(url, "/v1/applicants", key, { external_id: name, locale: "zh-CN" });
  return submitted(url, key, applicant, "L2", async (place) => {
    await call(url, `${place}/data`, key, data, "PUT");
    for (const [part, file] of [["front", "front.jpg"], ["back", "back.jpg"], ["selfie", selfie]] as const) {
      const path = resolve(folder, file);
      if (existsSync(path)) await call(url, `${place}/captures/${part}`, key, readFileSync(path), "PUT");
    }
  });
}

/** Opens a verification, fills it and waits until the machine has judged it. */
async function submitted(url: string, key: string, applicant: string, level: string, fill: (place: string) => Promise<unknown>): Promise<Judged> {
  const { id } = await call<{ id: string }>(url, "/v1/verifications", key, { applicant, level });
  const place = `/v1/verifications/${id}`;
  await fill(place);
  await call(url, `${place}/submit`, key, undefined, "POST");
  for (;;) {
    const now = await call<{ status: string; processing: boolean }>(url, place, key);
    if (!now.processing) return { id, applicant, status: now.status };
    await sleep(200);
  }
}

/** Disputes a verdict, with a statement that a hand has written and a picture. */
async function appeal(url: string, key: string, failed: Judged): Promise<void> {
  const words = "My new card has this name. Please look at the photo again.";
  const opened = await call<{ id: string }>(url, "/v1/appeals", key, { verification: failed.id, code: "name_mismatch", words });
  const place = `/v1/appeals/${opened.id}`;
  await call(url, `${place}/vouch`, key, undefined, "POST");
  const picture = await attach(url, key, failed.applicant);
  await call(url, `${place}/attachments`, key, { attachments: [picture] });
  const { name, service, date, code } = await call<Json>(url, `${place}/statement`, key, undefined, "POST");
  const text = join(tmpdir(), "statement.json");
  writeFileSync(text, JSON.stringify({ locale: "en", name, service, date, nonce: code }));
  for (let n = 1; n <= 3; n += 1) {
    const out = join(tmpdir(), `held-${n}`);
    await menshen("specimen", "statement", "--text", text, "--portrait", join(DRAWN, "selfie.jpg"), "--seed", String(n), "--out", out);
    const { usable } = await call<{ usable: boolean }>(url, `${place}/statement`, key, readFileSync(join(out, "statement.jpg")), "PUT");
    if (usable) break;
  }
  await call(url, `${place}/submit`, key, undefined, "POST");
}

async function attach(url: string, key: string, applicant: string): Promise<string> {
  const picture = readFileSync(join(DRAWN, "selfie.jpg"));
  return (await call<{ id: string }>(url, `/v1/applicants/${applicant}/attachments`, key, picture)).id;
}

async function ask(url: string, key: string, applicant: string): Promise<string[]> {
  const place = `/v1/applicants/${applicant}/tickets`;
  const diagnostics = { camera: "dark", permission: "granted", network: "cellular", system: "android" };
  const attachments = [await attach(url, key, applicant)];
  const tickets = [
    { kind: "document_photo", text: "The page never takes my photo. What else can I try?", attachments, diagnostics, diagnostics_consent: true },
    { kind: "stuck", text: "等了两天，还没有结果。\n请问还要多久？" },
  ];
  const ids: string[] = [];
  for (const ticket of tickets) ids.push((await call<{ id: string }>(url, place, key, ticket)).id);
  return ids;
}
