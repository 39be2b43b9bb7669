// What this browser keeps for an account: where no other site, no server and no look at the address finds it.

const DATABASE = "menshen-device";
const STORE = "keys";

/** Returns what is kept under a name. */
export const kept = <T>(name: string): Promise<T | undefined> => ask("readonly", (store) => store.get(name) as IDBRequest<T | undefined>);
/** Keeps something. */
export const keep = (name: string, value: unknown): Promise<IDBValidKey> => ask("readwrite", (store) => store.put(value, name));
/** Forgets it. */
export const forget = (name: string): Promise<undefined> => ask("readwrite", (store) => store.delete(name));

function ask<T>(mode: IDBTransactionMode, deed: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const asked = deed(database.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
      asked.transaction?.addEventListener("complete", () => database.close());
    };
  });
}
