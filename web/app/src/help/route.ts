/** Parts of the page, by fragment; the first one leads to the others. */
export const PAGES = ["start", "diagnosis", "official"] as const;
/** A part of the page. */
export type Place = (typeof PAGES)[number];

/** Reads the address: `#/diagnosis`, `#/official`. */
export const here = (): Place => PAGES.find((name) => location.hash === link(name)) ?? "start";

/** Returns the address of a part. */
export const link = (place: Place): string => (place === "start" ? "#/" : `#/${place}`);

/** Returns the address of the person's account. */
export const accountOf = (tenant: string): string => `/account?tenant=${encodeURIComponent(tenant)}`;

/** Returns the whole address of the diagnosis, for another device. */
export const helpOf = (tenant: string): string => new URL(`/help?tenant=${encodeURIComponent(tenant)}${link("diagnosis")}`, location.href).href;
