import { Problem } from "./api.js";

/** Longest time that a page waits by itself, in milliseconds: between two codes the service wants half a minute. */
const WAITS = 40_000;

/** Does something, and once more where the service asks for a moment of patience; `waiting` hears of it. */
export async function patiently<T>(deed: () => Promise<T>, waiting: () => void): Promise<T> {
  try {
    return await deed();
  } catch (error) {
    const until = error instanceof Problem ? error.retry_at : undefined;
    const left = until === undefined ? Infinity : Date.parse(until) - Date.now();
    if (left > WAITS) throw error;
    waiting();
    await new Promise((resolve) => setTimeout(resolve, Math.max(left, 0) + 500));
    return deed();
  }
}
