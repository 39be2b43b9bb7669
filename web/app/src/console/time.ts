import { language } from "./texts";

const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]] as const;

/** Writes a moment, in the reader's own time zone. */
export function moment(at: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

/** Writes a day. */
export function day(at: string): string {
  return new Intl.DateTimeFormat(language(), { month: "short", day: "numeric", timeZone: "UTC" }).format(new Date(at));
}

/** Writes how long something takes, in its largest units. */
export function duration(seconds: number, most = 2): string {
  if (seconds > 0 && seconds < 1) {
    return new Intl.NumberFormat(language(), { style: "unit", unit: "second", unitDisplay: "short", maximumSignificantDigits: 2 }).format(seconds);
  }
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0 || (size === 1 && parts.length === 0)) {
      parts.push(new Intl.NumberFormat(language(), { style: "unit", unit, unitDisplay: "short" }).format(n));
    }
    // Seconds say nothing beside hours, nor minutes beside days.
    if (parts.length === most || (parts.length === 1 && n === 0)) break;
  }
  return parts.join(" ");
}

/** Writes how long something has waited. */
export const age = (since: string, most = 2): string => duration((Date.now() - Date.parse(since)) / 1_000, most);

/** Writes when something is, from now: "in 3 hours". */
export function fromNow(at: string): string {
  const seconds = (Date.parse(at) - Date.now()) / 1_000;
  const found = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS[3];
  const n = Math.trunc(seconds / found[1]);
  return new Intl.RelativeTimeFormat(language(), { numeric: "auto", style: "short" }).format(n, found[0]);
}
