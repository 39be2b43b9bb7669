/** Where in the account somebody is, and what the address brought along. */
export interface Place {
  page: string;
  /** A sign-in that an app asks for. */
  oidc: string | undefined;
}

/** Pages of somebody who has signed in. */
export const PAGES = ["overview", "identity", "limits", "messages", "security", "devices", "privacy", "help"] as const;

/** Reads the address: `#/devices`, or `#oidc=REQUEST` where an app sends the browser here. */
export function here(): Place {
  const hash = location.hash.replace(/^#/, "");
  const oidc = /^oidc=([\w-]+)$/.exec(hash)?.[1];
  return { page: hash.startsWith("/") ? hash.slice(1) : "", oidc };
}

/** Returns the address of a page. */
export const link = (page: string): string => `#/${page}`;

const TENANT = "menshen.tenant";

/** Whose accounts: what the address names, and else what it named last in this browser. */
export function tenant(): string {
  const named = new URLSearchParams(location.search).get("tenant");
  const id = /^[0-9a-f-]{36}$/i;
  if (named !== null && id.test(named)) {
    try {
      localStorage.setItem(TENANT, named);
    } catch {
      // Without it the next visit needs the whole address.
    }
    return named;
  }
  try {
    return localStorage.getItem(TENANT) ?? "";
  } catch {
    return "";
  }
}
