import type { BuildDetails } from '../../domain/batch.ts';
import { causeOf, causeOfBatch, type Cause } from '../../domain/cause.ts';
import { countedGroups } from '../../domain/groups.ts';
import { matchedText } from '../../domain/log-search.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { breakable, code, link } from '../../text/escape.ts';
import { failedBuilds } from './failed-builds.ts';
import { below, LONGEST_NAME, more, name, section, table, type Section } from './markdown.ts';

const LONGEST_MESSAGE = 500;
const LONGEST_SETTING = 100;
const LONGEST_TEXT = 200;

/** What can distinguish the builds of a batch whose groups have generated names. */
const SETTINGS = ['image', 'computeType', 'buildspec'] as const;
type Setting = (typeof SETTINGS)[number];

const KINDS: Readonly<Record<Cause['kind'], string>> = {
  infrastructure: '🏗️&nbsp;infrastructure, a retry can help',
  code: '🧑‍💻&nbsp;code or configuration',
  unknown: '❔&nbsp;unknown',
};

interface Failure {
  /** Identifier of the group; null: the batch itself. */
  readonly group: string | null;
  readonly url: string;
  readonly attempts: readonly string[];
  readonly cause: Cause;
  /** The text of `retry-when-log` that its log contains; null: none. */
  readonly matchedLogText: string | null;
  /** Null: of the batch itself. */
  readonly build: Pick<BuildDetails, Setting> | null;
}

/** Why builds failed: those of the last attempt, and those that a later attempt fixed. */
export function failureTable(outcome: Outcome): Section {
  const all = [...failuresOfBatch(outcome), ...failuresOfGroups(outcome)];
  const settings = differentSettings(outcome);
  return section(['failures'], (detail) => {
    if (all.length === 0) return '';
    return below(
      '### Why builds failed',
      table<Failure>(
        [
          ['Failed', ({ group, url }) => link(group === null ? 'the batch' : name(group), url)],
          ['Environment', ({ build }) => formatSettings(build, settings)],
          ['Attempt', ({ attempts }) => (outcome.attempt === 1 ? '' : attempts.join(', '))],
          ['Phase', ({ cause }) => breakable(cause.phase, LONGEST_NAME)],
          ['Likely cause', ({ cause }) => KINDS[cause.kind]],
          ['Message', ({ cause }) => formatMessage(cause)],
          [
            'Log match',
            ({ matchedLogText: text }) => (text === null ? '' : code(text, LONGEST_TEXT)),
          ],
        ],
        all.slice(0, detail.failures),
      ),
      more(all.length - detail.failures, 'failure'),
    );
  });
}

function failuresOfBatch({ batch, attempt, batchStatus }: Outcome): Failure[] {
  const cause = batch === null ? null : causeOfBatch(batch.status, batch.phases);
  if (batch === null || cause === null) return [];
  // The newest snapshot may be of the attempt before the one that is watched.
  const shown = batchStatus === '' ? attempt - 1 : attempt;
  return [
    {
      ...{ group: null, url: batch.consoleUrl, attempts: [String(shown)] },
      ...{ cause, matchedLogText: null, build: null },
    },
  ];
}

/** Attempts of a group that failed for the same cause, with the same text in their logs, share a row. */
function failuresOfGroups(outcome: Outcome): Failure[] {
  const found = new Map<string, Failure & { readonly attempts: string[] }>();
  for (const { group, attempt, build, value: details } of failedBuilds(outcome, outcome.builds)) {
    const { identifier } = group;
    const cause = causeOf(details.status, details.phases);
    const matchedLogText = matchedText(outcome.logSearches.get(build.arn));
    const { phase, code: statusCode, message } = cause;
    const key = JSON.stringify([identifier, phase, statusCode, message, matchedLogText]);
    const attempts = found.get(key)?.attempts ?? [];
    if (attempt !== null) attempts.push(attempt);
    found.set(key, {
      ...{ group: identifier, url: build.consoleUrl, attempts },
      ...{ cause, matchedLogText, build: details },
    });
  }
  return [...found.values()];
}

/**
 * The settings that differ between the builds that were read, one of each group. Where only one of
 * several was read, they are unknown, and all are given.
 */
function differentSettings({ groups, builds }: Outcome): readonly Setting[] {
  const read = groups.flatMap(({ attempts }) => {
    const latest = attempts.findLast(({ arn }) => builds.has(arn));
    return builds.get(latest?.arn ?? '') ?? [];
  });
  if (read.length === 1 && countedGroups(groups).length > 1) return SETTINGS;
  return SETTINGS.filter((setting) => new Set(read.map((build) => build[setting])).size > 1);
}

function formatSettings(build: Failure['build'], settings: readonly Setting[]): string {
  return settings
    .map((setting) => build?.[setting] ?? '')
    .filter((text) => text !== '')
    .map((text) => code(text, LONGEST_SETTING))
    .join('<br>');
}

function formatMessage({ code, message }: Cause): string {
  return [code, message]
    .filter((text) => text !== '')
    .map((text) => breakable(text, LONGEST_MESSAGE))
    .join(': ');
}
