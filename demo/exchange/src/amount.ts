/** Play money in its smallest pieces: 18 decimals. Floating point would lose some. */
export type Amount = bigint;

const DECIMALS = 18;

/** Reads what somebody typed, `250.5`; none where it is no amount above nothing. */
export function parse(text: string): Amount | undefined {
  const found = /^(\d{1,20})(?:\.(\d{1,18}))?$/.exec(text.trim());
  if (found === null) return undefined;
  const pieces = BigInt((found[1] ?? "") + (found[2] ?? "").padEnd(DECIMALS, "0"));
  return pieces > 0n ? pieces : undefined;
}

/** Writes an amount as it is typed, without zeros that say nothing. */
export function write(amount: Amount): string {
  const digits = amount.toString().padStart(DECIMALS + 1, "0");
  const decimals = digits.slice(-DECIMALS).replace(/0+$/, "");
  return digits.slice(0, -DECIMALS) + (decimals === "" ? "" : `.${decimals}`);
}
