import type { HealthOut, JobsOut } from "../../schema";
import { counted, t, word } from "../texts";
import { age } from "../time";

/** Something that is wrong: what, and what to do. */
export interface Fault {
  what: string;
  remedy: string;
  /** Does it stop people, or only somebody's mail? */
  grave: boolean;
}

/** A list that is older is likely to have changed: authorities publish every few days. */
const LIST_DAYS = 14;
const MINUTE = 60_000;
const DAY = 86_400_000;
/** How long work of a kind may wait before something is wrong, milliseconds. */
const PATIENCE: Record<string, number> = { decide: 2 * MINUTE, sweep: 5 * MINUTE, send_code: MINUTE, notify: 10 * MINUTE, webhook: 10 * MINUTE, search: 60 * MINUTE };

/** Returns what is wrong with the service, what hurts most first. */
export function faultsOf(health: HealthOut): Fault[] {
  const now = Date.parse(health.at);
  return [...machine(health), ...health.jobs.flatMap((jobs) => work(jobs, now)), ...log(health), ...lists(health, now), ...ways(health)].sort((a, b) => Number(b.grave) - Number(a.grave));
}

function machine({ database, engine, live_engine }: HealthOut): Fault[] {
  const faults: Fault[] = [];
  if (!database.ready) faults.push({ what: t("fault.database"), remedy: t("remedy.database"), grave: true });
  for (const [found, key] of [[engine, "engine"], [live_engine, "live"]] as const) {
    if (!found) continue;
    if (!found.ready) faults.push({ what: t(`fault.${key}`), remedy: t("remedy.engine"), grave: true });
    else if (found.loaded < found.processes) faults.push({ what: t("fault.engine_part", { loaded: found.loaded, all: found.processes }), remedy: t("remedy.engine_part"), grave: false });
    if (found.waiting > 4 * found.processes) faults.push({ what: counted("fault.n_requests", found.waiting), remedy: t("remedy.requests"), grave: false });
  }
  return faults;
}

function work({ kind, due, oldest_at, given_up }: JobsOut, now: number): Fault[] {
  const faults: Fault[] = [];
  const name = word("job", kind);
  const patience = PATIENCE[kind] ?? 10 * MINUTE;
  if (oldest_at && now - Date.parse(oldest_at) > patience) faults.push({ what: t("fault.waits", { job: name, n: due, age: age(oldest_at) }), remedy: t("remedy.waits"), grave: kind === "decide" || kind === "send_code" });
  // Every try to tell an address is a job of its own; those given up stand below.
  if (given_up > 0 && kind !== "webhook") faults.push({ what: t("fault.given_up", { job: name, n: given_up }), remedy: t(kind === "notify" || kind === "send_code" ? "remedy.messages" : "remedy.given_up"), grave: false });
  return faults;
}

function log({ newest_entry_at, checkpoint_at }: HealthOut): Fault[] {
  if (!newest_entry_at) return [];
  const behind = Date.parse(newest_entry_at) - (checkpoint_at ? Date.parse(checkpoint_at) : 0);
  return behind > 10 * MINUTE ? [{ what: t("fault.checkpoint"), remedy: t("remedy.checkpoint"), grave: true }] : [];
}

function lists({ lists }: HealthOut, now: number): Fault[] {
  return lists.flatMap(({ list, required, imported_at }): Fault[] => {
    const name = word("list", list);
    if (!imported_at) return [{ what: t("fault.list_missing", { list: name }), remedy: t("remedy.list"), grave: true }];
    const old = now - Date.parse(imported_at) > LIST_DAYS * DAY;
    return old && required ? [{ what: t("fault.list_old", { list: name, age: age(imported_at, 1) }), remedy: t("remedy.list"), grave: false }] : [];
  });
}

function ways({ deliveries, mail }: HealthOut): Fault[] {
  const faults: Fault[] = [];
  if (deliveries.failing > 0) faults.push({ what: counted("fault.n_failing", deliveries.failing), remedy: t("remedy.deliveries"), grave: false });
  if (deliveries.given_up > 0) faults.push({ what: counted("fault.n_undelivered", deliveries.given_up), remedy: t("remedy.undelivered"), grave: false });
  if (!mail) faults.push({ what: t("fault.mail"), remedy: t("remedy.mail"), grave: false });
  return faults;
}
