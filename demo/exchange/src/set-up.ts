import { readFile } from "node:fs/promises";
import { createClient } from "@menshen/client";
import type { Menshen, OfficialChannelIn } from "@menshen/client";
import { read, write } from "./kept.js";
import type { Kept } from "./kept.js";
import type { App } from "./sign-in.js";

/** Where everything is. */
export interface Place {
  /** Menshen's address. */
  service: string;
  /** The operator's link of this start, which works once. */
  link: string;
  /** This site's own address. */
  origin: string;
  /** Where what was made is kept. */
  file: string;
  /** Is it for trying out without a camera? Then the typed name chooses the outcome. */
  sandbox: boolean;
}

/** What the site needs to run, and what whoever tries it out is told. */
export interface Ready {
  app: App;
  siteKey: string;
  webhookSecret: string;
  invitation: string;
  /** Is the operator's link good still? */
  linkIsGood: boolean;
  /** Where the reviewer signs in; with their invitation until they have used it. */
  console: string;
}

const NAME = "Lantern";
const INVITATION = "LANTERN";
/** All that this site does with the API: read how somebody stands, and open verifications. */
const SCOPES = ["verifications:read", "verifications:write"];
const CHANNELS: readonly OfficialChannelIn[] = [
  { kind: "domain", value: "lantern.example" },
  { kind: "mail_sender", value: "*@lantern.example" },
  { kind: "social", platform: "telegram", value: "lantern_example" },
];
const ANNOUNCEMENT = {
  "zh-CN": "这是演示。“灯笼”绝不会打电话向任何人索要验证码，也不会要求先付款才能提现。",
  en: "This is a demo. Nobody from Lantern calls anybody for a code, or asks for a payment before a withdrawal.",
};
/** How long it stands, in milliseconds. */
const ANNOUNCED_FOR = 300 * 86_400_000;

/** Makes what is missing, step by step; each is kept before the next one, so that a start that was stopped goes on where it was. */
export async function setUp(place: Place): Promise<Ready> {
  const kept = await read(place.file);
  const keep = () => write(place.file, kept);
  const linkIsGood = kept.setUpKey !== undefined;
  kept.setUpKey ??= await tenant(place, kept);
  await keep();
  const menshen = createClient({ url: place.service, key: kept.setUpKey });
  await rules(menshen, kept);
  await keep();
  kept.siteKey ??= (await menshen.createKey({ label: "the exchange's server", scopes: SCOPES }, once("key"))).secret;
  await keep();
  const app = await register(menshen, place, kept);
  await keep();
  const webhook = await hook(menshen, place, kept);
  await keep();
  kept.invitation ??= (await menshen.createInvitationCode({ code: INVITATION, label: "A friend at Lantern", benefit: { fee_discount_percent: 10 } }, once("invitation"))).code;
  await keep();
  await announce(menshen, kept, keep);
  const console = await reviewer(menshen, place, kept);
  await keep();
  return { app, siteKey: kept.siteKey, webhookSecret: webhook.secret, invitation: kept.invitation, console, linkIsGood };
}

/** What was made and could not be kept any more is had again, and not made twice. */
const once = (what: string) => ({ idempotencyKey: `demo-${what}` });

/** Makes the tenant, and returns its first key. */
async function tenant({ service, link, sandbox }: Place, kept: Kept): Promise<string> {
  const answer = await fetch(link, { method: "POST" });
  if (!answer.ok) throw new Error(`the operator's link was answered with ${answer.status}`);
  const { secret: key } = (await answer.json()) as { secret: string };
  const made = await createClient({ url: service, key }).createTenant({ name: NAME, sandbox });
  if (!made.secret) throw new Error("the tenant came without its first key");
  kept.tenant = made.id;
  return made.secret;
}

async function rules(menshen: Menshen, kept: Kept): Promise<void> {
  const toml = await readFile(new URL("../policy.toml", import.meta.url), "utf8");
  if (kept.policy === toml) return;
  await menshen.putPolicy({ toml });
  kept.policy = toml;
}

/** Registers the app, or says where it is now. */
async function register(menshen: Menshen, { origin }: Place, kept: Kept): Promise<App> {
  const app = { name: NAME, redirect_uris: [`${origin}/callback`], post_logout_uris: [`${origin}/bye`], claims: ["name"] };
  if (kept.app !== undefined) {
    const { issuer } = await menshen.putOidcClient(kept.app.id, app);
    return (kept.app = { ...kept.app, issuer: issuer ?? kept.app.issuer });
  }
  const { id, secret, issuer } = await menshen.createOidcClient({ ...app, kind: "confidential" }, once("app"));
  if (!secret || !issuer) throw new Error("the app came without its secret, or the service has no public_url");
  return (kept.app = { id, secret, issuer });
}

/** Says where events are sent. */
async function hook(menshen: Menshen, { origin }: Place, kept: Kept): Promise<{ id: string; secret: string }> {
  const url = `${origin}/webhooks`;
  if (kept.webhook !== undefined) {
    await menshen.putWebhook(kept.webhook.id, { url, enabled: true });
    return kept.webhook;
  }
  const { id, secret } = await menshen.createWebhook({ url }, once("webhook"));
  return (kept.webhook = { id, secret });
}

async function announce(menshen: Menshen, kept: Kept, keep: () => Promise<void>): Promise<void> {
  if (!kept.channels) for (const channel of CHANNELS) await menshen.createChannel(channel, once(`channel-${channel.value}`));
  kept.channels = true;
  await keep();
  const ends_at = new Date(Date.now() + ANNOUNCED_FOR).toISOString();
  if (!kept.announcement) await menshen.createAnnouncement({ kind: "warning", text: ANNOUNCEMENT, ends_at }, once("announcement"));
  kept.announcement = true;
  await keep();
}

/** Lets a reviewer in, who decides alone; returns where they sign in. */
async function reviewer(menshen: Menshen, { service }: Place, kept: Kept): Promise<string> {
  const { items } = await menshen.listStaff();
  const known = items.find(({ id }) => id === kept.reviewer);
  if (known?.signs_in) return `${service}/console`;
  const invited = known ? await menshen.inviteStaff(known.id) : await menshen.createStaff({ name: "Demo reviewer", role: "senior" });
  kept.reviewer = invited.id;
  return `${service}/console#invitation=${invited.invitation ?? ""}`;
}
