import { parse, write } from "./amount.js";
import type { Amount } from "./amount.js";

/** What everybody begins with. */
const PRESENT = "10000";

/** A withdrawal of play money. */
export interface Withdrawal {
  amount: string;
  address: string;
  at: Date;
}

/** Somebody's account at this exchange. It is kept in memory: a restart forgets it. */
export interface Account {
  /** Who it is to Menshen's API. */
  applicant: string;
  balance: Amount;
  withdrawals: Withdrawal[];
}

const accounts = new Map<string, Account>();

/** Returns the account of a `sub`, which is opened where there is none. */
export function accountOf(sub: string, applicant: string): Account {
  const known = accounts.get(sub);
  if (known !== undefined) return known;
  const opened: Account = { applicant, balance: parse(PRESENT) ?? 0n, withdrawals: [] };
  accounts.set(sub, opened);
  return opened;
}

/** Returns what an account has withdrawn today, in UTC. */
export function usedToday(account: Account, now: Date): string {
  const day = (at: Date) => at.toISOString().slice(0, 10);
  const today = account.withdrawals.filter(({ at }) => day(at) === day(now));
  return write(today.reduce((sum, { amount }) => sum + (parse(amount) ?? 0n), 0n));
}

/** Books a withdrawal; tells whether there was enough. */
export function withdraw(account: Account, { amount, address }: { amount: string; address: string }, at: Date): boolean {
  const asked = parse(amount);
  if (asked === undefined || asked > account.balance) return false;
  account.balance -= asked;
  account.withdrawals.unshift({ amount, address, at });
  return true;
}
