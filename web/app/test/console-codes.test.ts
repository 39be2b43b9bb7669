// The console offers codes by a table of its own; the service decides by another. Here they are held side by side.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { APP } from "./harness.js";

const REASONS = "../../crates/core/src/reason/code.rs";
const OFFERED = "src/console/codes.ts";
/** A row of the service's table: name, class, end, counts, disclosure. */
const ROW = /^ +\w+ "(\w+)" \w+ (\w+) \w+ (\w+) /gm;

/** What a verdict may be given with, as `core::review::verdict` says it: `refuses` and `asks`. */
function fitting(): Map<string, string> {
  const table = readFileSync(join(APP, REASONS), "utf8");
  const fit = new Map<string, string>();
  for (const [, name = "", end = "", disclosure = ""] of table.matchAll(ROW)) {
    if (end === "Hint" || end === "Wait") continue;
    const asks = ["Again", "Fix", "Review"].includes(end) && disclosure !== "None";
    fit.set(name, asks ? "both" : "refuse");
  }
  return fit;
}

test("the console offers each code for the verdicts that the service takes it for", () => {
  const source = readFileSync(join(APP, OFFERED), "utf8");
  const offered = new Map([...source.matchAll(/(\w+_\w+): "(both|refuse)"/g)].map(([, name = "", fit = ""]) => [name, fit]));
  const service = fitting();
  assert.ok(service.size > 50);
  assert.deepEqual(Object.fromEntries([...offered].sort()), Object.fromEntries([...service].sort()));
});
