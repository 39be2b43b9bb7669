// The TypeScript of docs/integrate.md, which scripts/test-client puts beside this as guide.ts.
import assert from "node:assert/strict";
import { test } from "node:test";

test("the guide does what it says", async () => {
  const shown: unknown[] = [];
  globalThis.url = process.env["CLIENT_TEST_URL"] ?? "";
  globalThis.key = process.env["CLIENT_TEST_KEY"] ?? "";
  globalThis.claims = {
    document: "passport",
    country: "UTO",
    name: "MAGIC doc_expired",
    birth_date: "1990-01-31",
    number: "L898902C3",
  };
  globalThis.photos = { front: new Blob(["front"]), selfie: new Blob(["selfie"]) };
  globalThis.show = (...what) => shown.push(...what);
  await import("./guide.js");
  assert.match(JSON.stringify(shown), /"doc_expired".*"verification\.failed"/);
});
