import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Problem, Unreachable } from "@menshen/client";
import { asset } from "./assets.js";
import { trouble } from "./pages/front.js";
import { view } from "./pages/frame.js";
import { fields, go, harden, Refused, show } from "./request.js";
import { ROUTES } from "./routes.js";
import { isOwnForm, sessionOf } from "./session.js";
import { preferred } from "./texts.js";
import type { Site, Visit } from "./visit.js";

/** Serves the site. `site` is set once everything is there; until then nobody is let in. */
export function exchange(site: () => Site | undefined): Server {
  return createServer((request, response) => {
    const at = site();
    if (at === undefined) return void response.writeHead(503, { "Retry-After": "2" }).end();
    void answer(at, request, response).catch((error: unknown) => fail(request, response, error));
  });
}

async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  harden(response, site.service);
  // A page of somebody else's whose name leads here would be of the same origin. `localhost`, too, is another name.
  if (request.headers.host !== new URL(site.origin).host) {
    if (request.method === "GET") return go(response, site.origin);
    throw new Refused(421);
  }
  const url = new URL(request.url ?? "/", site.origin);
  if (await asset(url.pathname, response)) return;
  const route = ROUTES[`${request.method} ${url.pathname}`];
  if (route === undefined) throw new Refused(404);
  if (route.from === "server") return route.to(site, request, response);
  const session = sessionOf(request, response, site.origin.startsWith("https:"));
  const asked = url.searchParams.get("lang");
  if (asked === "en" || asked === "zh-CN") session.lang = asked;
  const at = view(session, session.lang ?? preferred(request.headers["accept-language"]), url.pathname);
  const visit: Visit = { site, request, response, url, session, at, form: new URLSearchParams() };
  if (request.method === "POST") {
    visit.form = await fields(request);
    const own = request.headers.origin === site.origin && isOwnForm(session, visit.form.get("csrf"));
    if (!own) return show(response, trouble(at, at.say("trouble.form"), at.say("trouble.form_help")), 403);
  }
  if (route.from === "inside" && session.person === undefined) return go(response, "/");
  try {
    await route.to(visit);
  } catch (error) {
    // What went wrong is said in words; what stands in it is nobody's business.
    if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
    const text = error instanceof Problem && error.text ? error.text[at.lang] : at.say("trouble.menshen_help");
    show(response, trouble(at, at.say("trouble.menshen"), text), 502);
  }
}

function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const status = error instanceof Refused ? error.status : 500;
  // The name of what was thrown and nothing else: an address, a token or a name may stand in its text.
  if (status === 500) console.error(`the exchange failed: ${request.method} ${error instanceof Error ? error.name : typeof error}`);
  if (response.headersSent) return void response.destroy();
  const text = { 403: "Forbidden", 404: "Not found", 405: "Not like this", 413: "Too large", 421: "Not here", 500: "The demo failed. Go back." }[status];
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(text);
}
