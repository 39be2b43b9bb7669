/** Where this tab keeps its name: chance, and nothing of the device. */
const KEY = "menshen.device";
let named: string | undefined;

/** Returns this tab's own name of the device, the same each time. */
export function deviceName(): string {
  named ??= kept() ?? crypto.randomUUID();
  try {
    sessionStorage.setItem(KEY, named);
  } catch {
    // A browser that keeps nothing has another name after a reload.
  }
  return named;
}

function kept(): string | undefined {
  try {
    const found = sessionStorage.getItem(KEY);
    return found && /^[\w-]{16,64}$/.test(found) ? found : undefined;
  } catch {
    return undefined;
  }
}
