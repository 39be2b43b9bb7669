/** What a link to a verification carries behind its `#`: the person's token, and which verification it is for. */
export interface Linked {
  token: string;
  verification: string;
}

/** Between the two, as neither of them has it in itself and no address needs it to be written otherwise. */
const BETWEEN = "~";

/** Returns what stands behind the `#` of a link. Nothing of it is ever sent to a server by a browser. */
export const linkOf = (token: string, verification: string): string => token + BETWEEN + verification;

/** Reads what stands behind the `#` of a link. */
export function readLink(fragment: string): Linked {
  const [token = "", verification = ""] = fragment.replace(/^#/, "").split(BETWEEN);
  return { token, verification };
}
