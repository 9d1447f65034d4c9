import type { Clock } from '../async/clock.ts';

export const MAX_PAGES = 10;
const PAUSE_AFTER_EMPTY_PAGE_MS = 200;

/** One page of a list, as AWS returns it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** For the next page; undefined on the last one. */
  readonly nextToken: string | undefined;
}

/**
 * Reads a list page by page. A page may be empty although more follow (API reference, GetLogEvents),
 * endlessly if a service errs. So the list ends after 10 pages, and where a token comes back.
 *
 * @param getPage gets one page: the first without a token
 * @param signal ends the pause after an empty page
 * @returns each page's items, and whether more pages follow, even those beyond the tenth
 * @throws what `getPage` throws; the signal's reason when it is aborted during a pause
 */
export async function* pagesOf<Item>(
  getPage: (token: string | undefined) => Promise<Page<Item>>,
  clock: Pick<Clock, 'sleep'>,
  signal: AbortSignal,
): AsyncGenerator<{ readonly items: readonly Item[]; readonly hasMore: boolean }, void> {
  const used = new Set<string | undefined>();
  let token: string | undefined;
  for (let count = 1; ; count += 1) {
    used.add(token);
    const { items, nextToken } = await getPage(token);
    const hasMore = nextToken !== undefined && !used.has(nextToken);
    yield { items, hasMore };
    if (!hasMore || count === MAX_PAGES) return;
    if (items.length === 0) await clock.sleep(PAUSE_AFTER_EMPTY_PAGE_MS, signal);
    token = nextToken;
  }
}
