/** Empties what this page has put aside of itself, so that the next visit loads everything anew. What a person has typed, their
 * language, the key of their device and the lists that were checked are no cache and stay. */
export async function resetPage(): Promise<void> {
  const names = "caches" in window ? await caches.keys() : [];
  await Promise.all(names.filter((name) => name.startsWith("menshen-help")).map((name) => caches.delete(name)));
  const workers = "serviceWorker" in navigator ? await navigator.serviceWorker.getRegistrations() : [];
  await Promise.all(workers.filter(({ scope }) => new URL(scope).pathname === "/help").map((worker) => worker.unregister()));
}
