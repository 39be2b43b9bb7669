import type { Draft } from "./model.js";

/** A kind of document that people choose among. */
export type Kind = "prc_id_card" | "passport" | "id_card_td1" | "id_card_td2" | "driving_licence";

/** Which kinds are taken from which state; `*` stands for every other one. */
export type Accepted = Readonly<Record<string, readonly string[]>>;

/** What the service takes unless it says otherwise: its own default policy. */
const USUAL: Accepted = { "*": ["passport", "id_card_td1", "id_card_td2"], CHN: ["prc_id_card", "passport"] };

const KINDS: readonly string[] = ["prc_id_card", "passport", "id_card_td1", "id_card_td2", "driving_licence"] satisfies Kind[];

/** Returns the kinds that are taken from a state. */
export function kindsOf(country: string, accepted: Accepted = USUAL): Kind[] {
  const named = accepted[country] ?? accepted["*"] ?? [];
  return named.filter((kind): kind is Kind => KINDS.includes(kind));
}

/** A field of the form. */
export type FieldName = "name" | "number" | "birth_date" | "sex" | "nationality";

/** Returns the fields that are asked for a kind. A Chinese card's number tells day of birth and sex by itself. */
export function fieldsOf(kind: string): FieldName[] {
  return kind === "prc_id_card" ? ["name", "number"] : ["name", "number", "birth_date", "sex"];
}

/** Returns what a Chinese resident identity number says: day of birth and sex. */
export function readFromNumber(number: string): Pick<Draft, "birth_date" | "sex"> {
  const read = /^\d{6}(\d{4})(\d{2})(\d{2})\d{2}(\d)[\dXx]$/.exec(number.trim());
  if (!read) return {};
  const [, year, month, day, order] = read;
  return { birth_date: `${year}-${month}-${day}`, sex: Number(order) % 2 === 1 ? "M" : "F" };
}

/** Returns a day as the service takes it, with two digits for month and day. */
export function padded(day: string): string {
  const [year = "", month = "", date = ""] = day.split("-");
  return `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`;
}

/** Is it a day of the calendar? */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
