// What is tried again, how often and with what, against small servers that fail in a planned way.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { createClient, DELAYS, Problem, Unreachable } from "@menshen/client";
import type { Menshen } from "@menshen/client";

interface Seen {
  method: string | undefined;
  path: string | undefined;
  key: string | string[] | undefined;
  body: string;
  at: number;
}
type Step = (response: ServerResponse, request: IncomingMessage) => void;

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Step => (response) => {
  const type = status < 400 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "Content-Type": type, ...headers }).end(JSON.stringify(body));
};
const problem = (status: number, code: string, headers?: Record<string, string>) =>
  json(status, { type: `/docs#problem-${code}`, title: "", status, code, detail: "too much to do" }, headers);
const busy = (after: string) => problem(503, "busy", { "Retry-After": after });
const made = json(201, { id: "a", locale: "en", created_at: "2026-11-22T00:00:00Z" });
const broken: Step = (response) => response.destroy();
const brokenBody: Step = (response) => {
  response.writeHead(201, { "Content-Type": "application/json", "Content-Length": "1000" });
  response.write('{"id": "a", ', () => response.destroy());
};

/** Serves the steps one after another, the last one for ever, and keeps what came. */
async function serve(t: TestContext, ...steps: Step[]): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const { method, url: path, headers } = request;
    let body = "";
    for await (const piece of request.setEncoding("latin1")) body += piece;
    seen.push({ method, path, key: headers["idempotency-key"], body, at: performance.now() });
    (steps[seen.length - 1] ?? steps.at(-1))?.(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const quick = (url: string, delays: readonly number[] = [0, 0, 0]): Menshen =>
  createClient({ url, key: "mk_test_secret", delays });
const create = (menshen: Menshen) => menshen.createApplicant({ external_id: "user-4711" });

test("a busy service is asked again with the same key, when it says so", async (t) => {
  const { url, seen } = await serve(t, busy("1"), made);
  assert.equal((await create(quick(url))).id, "a");
  assert.equal(seen.length, 2);
  const [first, second] = seen as [Seen, Seen];
  assert.match(String(first.key), /^[0-9a-f-]{36}$/);
  assert.equal(second.key, first.key);
  assert.equal(second.body, first.body);
  assert.ok(second.at - first.at >= 990, `${second.at - first.at} ms`);
});

test("Retry-After may be a date", async (t) => {
  const { url, seen } = await serve(t, busy(new Date(Date.now() + 2_000).toUTCString()), made);
  await create(quick(url));
  const [first, second] = seen as [Seen, Seen];
  // A date has whole seconds: two seconds from now may be a little more than one.
  assert.ok(second.at - first.at >= 900, `${second.at - first.at} ms`);
});

test("a lost answer is asked for again with the same key", async (t) => {
  const { url, seen } = await serve(t, broken, brokenBody, problem(409, "idempotency_key_in_use"), made);
  assert.equal((await create(quick(url))).id, "a");
  assert.equal(seen.length, 4);
  assert.equal(new Set(seen.map(({ key }) => key)).size, 1);
});

test("two calls have two keys, and a key that is given is taken", async (t) => {
  const { url, seen } = await serve(t, made);
  await create(quick(url));
  await create(quick(url));
  await quick(url).createApplicant({ external_id: "user-4711" }, { idempotencyKey: "mine" });
  assert.equal(new Set(seen.map(({ key }) => key)).size, 3);
  assert.equal(seen[2]?.key, "mine");
});

test("the tries are bounded", async (t) => {
  const { url, seen } = await serve(t, busy("0"));
  const refused = create(quick(url, [0, 10, 20]));
  await assert.rejects(refused, (error) => error instanceof Problem && error.code === "busy" && error.status === 503);
  assert.equal(seen.length, 4);
  assert.ok(DELAYS.length > 0 && DELAYS.length < 10);
});

test("a time that is far away is the caller's to plan", async (t) => {
  const { url, seen } = await serve(t, busy("3600"));
  await assert.rejects(create(quick(url)), Problem);
  assert.equal(seen.length, 1);
});

test("a refusal is no reason to try again", async (t) => {
  const at = "2026-11-23T00:00:00Z";
  const { url, seen } = await serve(t, json(429, { code: "attempts_exhausted", detail: "later", retry_at: at }));
  await assert.rejects(create(quick(url)), (error) => error instanceof Problem && error.retry_at === at);
  assert.equal(seen.length, 1);
});

test("a photo is whole in every try, and its file's name stays at home", async (t) => {
  const { url, seen } = await serve(t, busy("0"), broken, json(201, { id: "c" }));
  const photo = new File([new Uint8Array(300_000).fill(7)], "zhang-wei.jpg", { type: "image/jpeg" });
  await quick(url).uploadCapture("v", "front", photo);
  assert.equal(seen.length, 3);
  for (const { body, method, path } of seen) {
    assert.equal(`${method} ${path}`, "PUT /v1/verifications/v/captures/front");
    assert.equal(body.split("\u0007").length - 1, 300_000);
    assert.match(body, /name="file"; filename="photo"/);
    assert.doesNotMatch(body, /zhang-wei/);
  }
});

test("a piece is sent once", async (t) => {
  const { url, seen } = await serve(t, busy("0"));
  await assert.rejects(quick(url).appendUpload("u", 0, new Blob(["piece"])), Problem);
  assert.equal(seen.length, 1);
  assert.equal(seen[0]?.body, "piece");
});

test("nobody there is told without the address", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const gone = quick(`http://127.0.0.1:${port}`);
  await assert.rejects(gone.listApplicants({ external_id: "zhang-wei" }), (error) => {
    assert.ok(error instanceof Unreachable);
    assert.equal(error.message, "the service did not answer (ECONNREFUSED)");
    return !/127\.0|zhang-wei|secret/.test(`${error.stack} ${error.cause}`);
  });
});

test("an answer that is no API's is a problem, and its text goes nowhere", async (t) => {
  const page = (status: number): Step => (response) => {
    response.writeHead(status, { "Content-Type": "text/html" }).end("<p>zhang-wei</p>");
  };
  for (const status of [200, 500]) {
    const { url } = await serve(t, page(status));
    await assert.rejects(quick(url).getApplicant("a"), (error) => {
      assert.ok(error instanceof Problem);
      assert.equal(error.code, `status_${status}`);
      return !/zhang-wei/.test(`${error.stack} ${error.cause}`);
    });
  }
});

test("a redirection is not followed", async (t) => {
  const other = await serve(t, made);
  const { url } = await serve(t, (response) => response.writeHead(307, { Location: other.url }).end());
  await assert.rejects(create(quick(url)), (error) => error instanceof Problem && error.code === "status_307");
  assert.equal(other.seen.length, 0);
});

test("a caller who gives up waits no longer", async (t) => {
  const { url, seen } = await serve(t, busy("30"));
  const control = new AbortController();
  const call = quick(url).getApplicant("a", { signal: control.signal });
  const refused = assert.rejects(call, /enough/);
  while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
  control.abort(new Error("enough"));
  await refused;
  assert.equal(seen.length, 1);
});

test("what cannot be a header is refused and not repeated", () => {
  const bad = "zhang\nwei";
  const unquoted = (error: unknown) => error instanceof TypeError && !error.message.includes("zhang");
  assert.throws(() => createClient({ url: "http://h", key: bad }), unquoted);
  const menshen = createClient({ url: "http://h", key: "mk_test_secret" });
  assert.throws(() => menshen.createApplicant({ external_id: "a" }, { idempotencyKey: bad }), unquoted);
  assert.throws(() => menshen.submitVerification("v", { device: bad }), unquoted);
  assert.throws(() => createClient({ url: "http://zhang:wei@h", key: "mk_test_secret" }), unquoted);
});

test("a verdict is looked for when it is expected", async (t) => {
  const working = (milliseconds: number): Step => (response, request) => {
    const expected_at = new Date(Date.now() + milliseconds).toISOString();
    json(200, { id: "v", status: "in_progress", processing: true, expected_at })(response, request);
  };
  const verified = json(200, { id: "v", status: "verified", processing: false });
  const { url, seen } = await serve(t, working(1_200), working(-60_000), verified);
  assert.equal((await quick(url).waitForVerdict("v")).status, "verified");
  const [first, second, third] = seen as [Seen, Seen, Seen];
  assert.ok(second.at - first.at >= 1_100, `${second.at - first.at} ms`);
  assert.ok(third.at - second.at >= 250 && third.at - second.at < 1_100, `${third.at - second.at} ms`);

  const never = await serve(t, working(60_000));
  const limit = { signal: AbortSignal.timeout(100) };
  await assert.rejects(quick(never.url).waitForVerdict("v", limit), { name: "TimeoutError" });
  assert.equal(never.seen.length, 1);
});
