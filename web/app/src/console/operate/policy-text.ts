/** A place in a text: lines and columns from 1 on. */
export interface Spot {
  line: number;
  column: number;
}

/** Returns where in a policy's text the service found a fault: it names the line, or else the key. */
export function spotOf(text: string, detail: string): Spot | undefined {
  const said = /line (\d+), column (\d+)/.exec(detail);
  if (said) return { line: Number(said[1]), column: Number(said[2]) };
  const key = /(?:key |^read policy: |in )`([^`]+)`/.exec(detail)?.[1];
  return key === undefined ? undefined : spotOfKey(text, key);
}

/** Returns where a key stands, with its tables in front of it; where it stands nowhere, its table. */
export function spotOfKey(text: string, key: string): Spot | undefined {
  let table = "";
  let best: Spot | undefined;
  for (const [at, line] of text.split("\n").entries()) {
    const head = /^\s*\[\[?([^\]]+)\]/.exec(line)?.[1]?.trim();
    if (head !== undefined) {
      table = `${head}.`;
      if (key === head) return { line: at + 1, column: 1 };
      if (key.startsWith(table)) best ??= { line: at + 1, column: 1 };
      continue;
    }
    const name = /^\s*("[^"]+"|[\w.-]+)\s*=/.exec(line)?.[1]?.replace(/"/g, "");
    // A key of an inline table is found at the key that holds it.
    if (name !== undefined && (key === table + name || key.startsWith(`${table}${name}.`))) return { line: at + 1, column: line.search(/\S/) + 1 };
  }
  return best;
}

/** Returns where a spot begins in a text, and where its line ends. */
export function rangeOf(text: string, { line, column }: Spot): [start: number, end: number] {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const length = lines[line - 1]?.length ?? 0;
  return [before + Math.min(column - 1, length), before + length];
}

/** Returns a policy's text in which a program must have at least a version. */
export function withClient(text: string, name: string, version: string): string {
  const head = `[clients.${name}]`;
  const wanted = `at_least = ${JSON.stringify(version)}`;
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.trim() === head || line.trim() === `[clients."${name}"]`);
  if (at < 0) return `${text.trimEnd()}\n\n${head}\n${wanted}\n`;
  let end = lines.findIndex((line, n) => n > at && line.trim().startsWith("["));
  if (end < 0) end = lines.length;
  const old = lines.findIndex((line, n) => n > at && n < end && /^\s*at_least\s*=/.test(line));
  if (old < 0) lines.splice(at + 1, 0, wanted);
  else lines[old] = wanted;
  return lines.join("\n");
}
