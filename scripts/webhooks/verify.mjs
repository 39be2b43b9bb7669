// Gives deliveries to the Standard Webhooks library for JavaScript: right ones pass, no other does.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Webhook } = createRequire(`${process.cwd()}/target/webhooks/`)("standardwebhooks");
const [file, ...secrets] = process.argv.slice(2);
const deliveries = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));

let clock = 0;
Date.now = () => clock * 1000;

function passes(secret, body, headers) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

function* flips(bytes) {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] ^= 1 << (bit & 7);
    yield changed;
  }
}

let refused = 0;
for (const { headers, body: text } of deliveries) {
  const body = Buffer.from(text, "base64");
  const sent = Number(headers["webhook-timestamp"]);
  clock = sent;
  const good = secrets.filter((secret) => passes(secret, body, headers));
  assert.equal(good.length, headers["webhook-signature"].split(" ").length, "as many signatures as secrets");
  for (const [skew, expected] of [[300, true], [-300, true], [301, false], [-301, false]]) {
    clock = sent + skew;
    assert.equal(passes(good[0], body, headers), expected, `${skew}`);
  }
  clock = sent;
  const changed = [...flips(body)].map((flipped) => [flipped, headers]);
  for (const name of ["webhook-id", "webhook-timestamp"]) {
    for (const flipped of flips(Buffer.from(headers[name]))) changed.push([body, { ...headers, [name]: flipped.toString("latin1") }]);
  }
  const signatures = headers["webhook-signature"].split(" ").map((own) => Buffer.from(own.slice(3), "base64"));
  for (let bit = 0; bit < 256; bit += 1) {
    const flipped = signatures.map((own) => `v1,${[...flips(own)][bit].toString("base64")}`);
    changed.push([body, { ...headers, "webhook-signature": flipped.join(" ") }]);
  }
  for (const [some, others] of changed) assert.ok(!secrets.some((secret) => passes(secret, some, others)));
  refused += changed.length;
}
console.log(`standardwebhooks (npm): ${deliveries.length} deliveries pass, ${refused} flipped bits and 301 s refused`);
