interface Page<T> {
  items: T[];
  next?: string | null;
}

/**
 * Goes through a list, page by page: `for await (const applicant of each(menshen.listApplicants)) ..`.
 * Applicants, verifications, keys and tenants come newest first, events oldest first.
 */
export async function* each<T, Query extends { after?: string }>(
  list: (query?: Query) => Promise<Page<T>>,
  query: Query = {} as Query,
): AsyncGenerator<T, void> {
  for (let asked = query; ; ) {
    const { items, next } = await list(asked);
    yield* items;
    if (!next) return;
    asked = { ...query, after: next };
  }
}
