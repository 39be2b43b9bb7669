/** Where in the console somebody is: the words of the fragment, a page and an id of a record; nothing personal. */
export interface Place {
  page: string;
  id: string | undefined;
}

/** Reads the address. */
export function here(): Place {
  const [page = "", id] = location.hash.replace(/^#\/?/, "").split("/");
  return { page, id: id || undefined };
}

/** Returns the address of a place. */
export const link = (page: string, id?: string): string => (id ? `#/${page}/${id}` : `#/${page}`);

/** Goes to a place. */
export function go(page: string, id?: string): void {
  location.hash = link(page, id);
}
