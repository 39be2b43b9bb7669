// The element on a page of somebody else's: another origin, with no more in its policy than docs/page.md says.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { call, liveTenant, startBrowser, startService } from "./harness.js";
import { newPerson, Visit } from "./people.js";
import { claims, ENGLISH, FEW, photo } from "./stage.js";
import { filmOf } from "./y4m.js";

/** Listens on any port and answers every path with a page that can be set later. */
async function openShop() {
  let page = { html: "", policy: "" };
  const server = createServer((_, response) => {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": page.policy }).end(page.html);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, show: (html: string, policy: string) => void (page = { html, policy }), stop: () => server.close() };
}

test("on a page of another origin everything works that works on the service's own", async () => {
  const shop = await openShop();
  const service = await startService(["--offline"], { web: { embed_on: [shop.url] } });
  const drawing = await startBrowser();
  const folder = mkdtempSync(join(tmpdir(), "menshen-embed-"));
  const film = join(folder, "front.y4m");
  await filmOf(drawing, photo("front"), film);
  await drawing.close();
  const browser = await startBrowser({ film });
  try {
    const key = await liveTenant(service, "Exchange");
    const person = await newPerson(service, key, { url: service.url });
    await call(service.url, key, "PUT", `/v1/verifications/${person.id}/data`, claims());
    const integrity = (await (await fetch(`${service.url}/web/integrity.json`)).json()) as Record<string, string>;
    shop.show(
      `<!doctype html><html lang="en"><head><title>Shop</title>` +
        `<script type="module" src="${service.url}/web/verify.js" crossorigin integrity="${integrity["verify.js"]}"></script></head>` +
        `<body><main><h1>Shop</h1><menshen-verify token="${person.token}" verification="${person.id}" lang="en"></menshen-verify></main></body></html>`,
      `default-src 'none'; script-src ${service.url} 'wasm-unsafe-eval'; connect-src ${service.url}; worker-src blob: ${service.url}; img-src blob:; media-src blob:`,
    );
    const visit = await Visit.open(browser, ENGLISH, "en", { locale: "en-GB", viewport: { width: 1024, height: 800 } }, FEW);
    const { page } = visit;
    const asked = new Set<string>();
    page.on("request", (request) => asked.add(new URL(request.url()).origin));
    await page.goto(shop.url);
    await visit.at("consent.heading", false);
    await visit.agree();
    await visit.at("prepare.front.heading");
    await visit.press("prepare.open");
    await visit.at("camera.front");
    // Nobody presses the shutter: the engine in the page does.
    await page.locator(".shot").waitFor();
    await visit.at("review.good");
    await visit.press("next");
    await visit.at("prepare.back.heading");
    assert.deepEqual([...asked].filter((origin) => origin !== "null").sort(), [shop.url, service.url].sort());
    assert.deepEqual(visit.errors, []);
    await visit.context.close();
  } finally {
    await browser.close();
    await service.stop();
    shop.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
