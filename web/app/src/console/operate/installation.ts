import { Problem, read } from "../api";

/** Shows the installation's key in the place of the session: no role of a tenant may do what concerns all tenants. */
export const withKey = (key: string): { Authorization: string } => ({ Authorization: `Bearer ${key}` });

/** Returns what was answered to the installation's key; one that is not good is no sign-out. */
export async function asInstallation<T>(call: Parameters<typeof read<T>>[0]): Promise<T> {
  return read(call).catch((error: unknown) => {
    throw error instanceof Problem && [401, 403].includes(error.status) ? new Problem(error.status, "key_wrong", error.detail, undefined) : error;
  });
}
