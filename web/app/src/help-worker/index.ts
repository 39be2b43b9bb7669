// Keeps the page of help for times without network: what is official can be checked then, too. It answers for no other page, and for
// nothing of the API: lists are kept by the page itself, which checks them again.

declare const self: ServiceWorkerGlobalScope;
export {};

const CACHE = "menshen-help-1";
/** Everything that the page consists of. */
const FILES = ["/help", "/web/help.js", "/web/official/official.wasm"] as const;
/** How long the network may take, in milliseconds, where there is a copy: a page that is a day old is better than none. */
const PATIENCE = 5_000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...FILES])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = async (): Promise<void> => {
    const names = (await caches.keys()).filter((name) => name.startsWith("menshen-help") && name !== CACHE);
    await Promise.all(names.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  // What measures the network asks for no copy.
  const ours = request.method === "GET" && origin === location.origin && FILES.some((file) => file === pathname) && request.cache !== "no-store";
  if (ours) event.respondWith(newest(event, pathname));
});

/** Returns a file from the network, and where that fails or takes too long, the copy. The query names the tenant, not another file. */
async function newest(event: FetchEvent, file: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const sent = fetch(event.request).then(async (response) => {
    if (response.ok) await cache.put(file, response.clone());
    return response;
  });
  const copy = await cache.match(file, { ignoreVary: true });
  if (copy === undefined) return sent;
  event.waitUntil(sent.then(() => undefined, () => undefined));
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(copy), PATIENCE));
  const good = sent.then((response) => (response.ok ? response : copy), () => copy);
  return Promise.race([good, late]);
}
