/** What the console reads of a policy: keys that were never set may be left out. */
export interface PolicyValues {
  version: string;
  document: { accepted: Record<string, string[]>; minimum_age: Record<string, number> };
  levels: Record<string, string[]>;
  flows: Record<string, string[]>;
  times: { stuck_minutes: number; open_hours: number; review_hours: number; verified_days: number; document_days: number; biometric_days: number };
  originals?: { keep: boolean };
  clients?: Record<string, { at_least?: string | null; flows?: Record<string, string> }>;
  entitlements?: { levels?: Record<string, Record<string, Record<string, Limits>>>; restrictions?: Record<string, { after_hours?: number }> };
  screening?: { required: boolean; lists: string[] };
  [key: string]: unknown;
}

/** What an action may come to. */
export interface Limits {
  single?: string | null;
  daily?: string | null;
}
