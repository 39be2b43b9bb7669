// Deliveries that are right are believed; every other is refused by the rule that it breaks.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { verifyWebhook, WebhookError } from "@menshen/client";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const id = "0199b6a0-0000-7000-8000-000000000001";
const now = 1_795_338_000_000;
const body = JSON.stringify({ id, type: "verification.verified", timestamp: "2026-11-22T09:00:00Z", data: { codes: ["é"] } });

function sign(key: number, sent: number, text: string): string {
  return `v1,${createHmac("sha256", Buffer.alloc(32, key)).update(`${id}.${sent}.${text}`).digest("base64")}`;
}

function headers(skew = 0, key = 7): Record<string, string> {
  const sent = now / 1000 - skew;
  return { "webhook-id": id, "webhook-timestamp": String(sent), "webhook-signature": sign(key, sent, body) };
}

async function doubt(changed: Record<string, string | undefined>, text: string | Uint8Array = body): Promise<string> {
  const error = await verifyWebhook(secret, changed, text, { now }).then(
    () => assert.fail("it was believed"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof WebhookError, String(error));
  return error.code;
}

test("a delivery that is right is believed, in every form of headers and body", async () => {
  const right = headers();
  const { type, data } = await verifyWebhook(secret, right, body, { now });
  assert.deepEqual([type, data], ["verification.verified", { codes: ["é"] }]);
  await verifyWebhook(secret, new Headers(right), new TextEncoder().encode(body), { now });
  const upper = Object.fromEntries(Object.entries(right).map(([name, value]) => [name.toUpperCase(), value]));
  await verifyWebhook(secret, upper, body, { now });
  const both = { ...right, "webhook-signature": `${headers(0, 8)["webhook-signature"]} v2,x ${right["webhook-signature"]}` };
  await verifyWebhook(secret, both, body, { now });
});

test("the clocks may differ by 300 seconds and no more", async () => {
  for (const skew of [300, -300]) await verifyWebhook(secret, headers(skew), body, { now });
  assert.equal(await doubt(headers(301)), "too_old");
  assert.equal(await doubt(headers(-301)), "too_new");
  await verifyWebhook(secret, headers(301), body, { now, toleranceSeconds: 600 });
});

test("what is missing or of another kind is named", async () => {
  for (const name of Object.keys(headers())) assert.equal(await doubt({ ...headers(), [name]: undefined }), "headers_missing");
  assert.equal(await doubt({ ...headers(), "webhook-timestamp": "now" }), "timestamp_invalid");
  assert.equal(await doubt({ ...headers(), "webhook-signature": "v1,???" }), "signature_wrong");
  assert.equal(await doubt(headers(0, 8)), "signature_wrong");
  const { "webhook-timestamp": sent = "" } = headers();
  assert.equal(await doubt({ ...headers(), "webhook-signature": sign(7, Number(sent), "[]") }, "[]"), "body_invalid");
  await assert.rejects(verifyWebhook("guessed", headers(), body, { now }), TypeError);
});

test("no flipped bit goes through", async () => {
  const right = headers();
  const bytes = new TextEncoder().encode(body);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(await doubt(right, flipped), "signature_wrong");
  }
  for (const [name, value] of Object.entries(right)) {
    for (let bit = 0; bit < value.length * 8; bit += 1) {
      const flipped = value.split("");
      flipped[bit >> 3] = String.fromCharCode(value.charCodeAt(bit >> 3) ^ (1 << (bit & 7)));
      await doubt({ ...right, [name]: flipped.join("") });
    }
  }
});
