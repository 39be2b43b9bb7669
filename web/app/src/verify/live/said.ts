import type { SayOut, TextOut } from "../../schema.js";

/** What a person is asked to do. Left and right are edges of the picture as the camera takes it, not mirrored. */
export type Cue = "turn_left" | "turn_right" | "nod" | "blink" | "mouth_open" | "come_closer";
/** A colour of the whole screen. */
export type Colour = "red" | "green" | "blue" | "yellow" | "magenta";

/** One thing that the service says. */
export type Said =
  | { say: "cue"; n: number; cue: Cue; text: TextOut }
  | { say: "seen"; n: number }
  | { say: "colour"; n: number; colour: Colour }
  | { say: "no_colours"; text: TextOut }
  | { say: "hint"; hint: string | null; text?: TextOut | null }
  | { say: "done" };

/** How far a check is. */
export type Stage = "opening" | "connecting" | "broken" | "running" | "judging";

/** Everything that the person is shown of a check. */
export interface Shown {
  stage: Stage;
  /** What is asked for now. */
  cue: { n: number; cue: Cue; text: TextOut } | undefined;
  /** How many cues were done. */
  seen: number;
  /** The colour of the whole screen. */
  colour: Colour | undefined;
  /** Why no colours come. */
  announced: TextOut | undefined;
  /** What would help. */
  hint: TextOut | undefined;
  /** When the time runs out, on the clock of `performance.now()`. */
  ends: number | undefined;
  /** How long the whole check may take, in milliseconds. */
  life: number;
}

/** Nothing is shown yet. */
export const BLANK: Shown = { stage: "opening", cue: undefined, seen: 0, colour: undefined, announced: undefined, hint: undefined, ends: undefined, life: 90_000 };

/** Returns what is shown after the service has said something. */
export function heard(shown: Shown, said: Said): Shown {
  switch (said.say) {
    case "cue":
      return { ...shown, cue: { n: said.n, cue: said.cue, text: said.text }, colour: undefined, announced: undefined, hint: undefined };
    case "seen":
      return { ...shown, cue: undefined, seen: Math.max(shown.seen, said.n) };
    case "colour":
      return { ...shown, cue: undefined, colour: said.colour };
    case "no_colours":
      return { ...shown, announced: said.text };
    case "hint":
      return { ...shown, hint: said.text ?? undefined };
    case "done":
      return { ...shown, stage: "judging", cue: undefined, colour: undefined, hint: undefined, announced: undefined };
  }
}

/** Returns what is shown when a connection begins: where the service names no cue and no colour then, there is none. */
export const connected = (shown: Shown): Shown => ({ ...shown, stage: "running", cue: undefined, colour: undefined, hint: undefined });

/** Reads what the service says; nothing of a kind that this page does not know. */
export function readSaid(out: SayOut): Said | undefined {
  const known: readonly unknown[] = ["cue", "seen", "colour", "no_colours", "hint", "done"];
  return known.includes(out["say"]) ? (out as unknown as Said) : undefined;
}
