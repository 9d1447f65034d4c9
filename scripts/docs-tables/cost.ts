import { fill, table } from './render-tables.ts';

/** Durations of a retried batch that docs/cost.md compares, in minutes. */
export const BATCH_MINUTES = [5, 40, 240] as const;

/** How many minutes two short runs are billed: one sends the retry, one finds no retry left if it failed. */
const EVENT_MINUTES = 2;

/** Runs a day. GitHub bills each as a minute, whether there is something to retry or not. */
const SCHEDULES = [
  ['every hour', 24],
  ['every 15 minutes', 96],
] as const;

/** Calls to AWS of a step that retries a batch with one failed build. A test measures them. */
export const CALLS = {
  /** A poll every 15 seconds, and seven more: around the retry, at the end, and for the cause. */
  wait: (batchMinutes: number): number => 4 * batchMinutes + 7,
  retryWithoutWaiting: 6,
  noRetryLeft: 4,
  nothingToRetry: 2,
};

/** What the minutes of a step that waits are billed: those of the batch, and one of the job itself. */
function waitMinutes(batchMinutes: number): number {
  return batchMinutes + 1;
}

/** The smallest number of retries a day that use more minutes than a schedule. */
function firstAbove(minutesOfADay: number, minutesOfARetry: number): number {
  return Math.floor(minutesOfADay / minutesOfARetry) + 1;
}

/**
 * Writes the tables of docs/cost.md between their marks, at the price that the page names as
 * `$… per minute`.
 *
 * @throws Error if the price or a pair of marks is missing
 */
export function renderCost(page: string): string {
  const [, price] = /\$(\d+(?:\.\d+)?) per minute/.exec(page) ?? [];
  if (price === undefined) throw new Error('docs/cost.md names no price per minute.');
  const cost = (minutes: number): string => `$${(minutes * Number(price)).toFixed(3)}`;

  const retries = BATCH_MINUTES.map((batch) => {
    const wait = waitMinutes(batch);
    const share = Math.round((100 * EVENT_MINUTES) / wait);
    return [
      `${batch} min`,
      `${wait} min, ${cost(wait)}`,
      `${EVENT_MINUTES} min, ${cost(EVENT_MINUTES)}`,
      `${share}%`,
      `${CALLS.wait(batch)}`,
      `${CALLS.retryWithoutWaiting + CALLS.noRetryLeft}`,
    ];
  });
  const schedules = SCHEDULES.map(([name, runs]) => [
    name,
    `${runs} min, ${cost(runs)}`,
    `${runs * CALLS.nothingToRetry}`,
    ...BATCH_MINUTES.map((batch) => `${firstAbove(runs, waitMinutes(batch))}`),
    `${firstAbove(runs, EVENT_MINUTES)}`,
  ]);
  const retry = ['Batch', 'Wait', 'Event', 'Event / wait', 'Calls (wait)', 'Calls (event)'];
  const schedule = [
    'Schedule',
    'A day',
    'Calls',
    ...BATCH_MINUTES.map((batch) => `Cheaper than wait (${batch} min) from`),
    'Cheaper than event from',
  ];
  return fill(fill(page, 'retry', table(retry, retries)), 'schedule', table(schedule, schedules));
}
