import type { Clock } from '../async/clock.ts';

/** A list ends after so many pages, and rests after an empty one (in milliseconds). */
export const MOST_PAGES = 10;
export const AFTER_AN_EMPTY_PAGE = 200;

/** One page of a list that AWS gives in pages. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Leads to the next page; undefined: there is none. */
  readonly nextToken: string | undefined;
}

/**
 * Reads a list page by page. A page may be empty although more follow (API reference, GetLogEvents),
 * without end if a service errs. So it ends after 10 pages, and where a token comes back.
 *
 * @param ask asks for a page: the first without a token
 * @param signal ends the pause after an empty page
 */
export async function* pagesOf<Item>(
  ask: (token: string | undefined) => Promise<Page<Item>>,
  clock: Pick<Clock, 'sleep'>,
  signal: AbortSignal,
): AsyncGenerator<readonly Item[], void> {
  const asked = new Set<string | undefined>();
  let token: string | undefined;
  for (let count = 1; ; count += 1) {
    asked.add(token);
    const { items, nextToken } = await ask(token);
    yield items;
    if (nextToken === undefined || asked.has(nextToken) || count === MOST_PAGES) return;
    if (items.length === 0) await clock.sleep(AFTER_AN_EMPTY_PAGE, signal);
    token = nextToken;
  }
}
