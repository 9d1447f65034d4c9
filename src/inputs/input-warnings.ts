import { KNOWN_CODES } from '../domain/cause-rules.ts';
import { BUILD_PHASES } from '../domain/cause.ts';
import { closest } from '../text/closest.ts';
import { formatDuration } from '../text/duration.ts';
import { commentsOnPullRequests, reportsToCommit, type Inputs } from './inputs.ts';
import { KEYWORDS } from './retry-when.ts';

/** Shorter intervals are soon throttled. */
const SHORTEST_INTERVAL_MS = 5000;

/** Warns about what is allowed but probably a mistake. */
export function inputWarnings(inputs: Inputs): string[] {
  const { pollIntervalMs } = inputs;
  const tooOften = `poll-interval: polling more often than every 5 s (${formatDuration(pollIntervalMs)}) can get the whole account throttled.`;
  return [
    ...(pollIntervalMs < SHORTEST_INTERVAL_MS ? [tooOften] : []),
    ...missingToken(inputs),
    ...mistypedWords(inputs),
  ];
}

function missingToken(inputs: Inputs): string[] {
  if (inputs.githubToken !== '') return [];
  const what = [
    ...(reportsToCommit(inputs) ? ['commit-status: no commit status is written'] : []),
    ...(commentsOnPullRequests(inputs) ? ['pull-request-comment: no comment is written'] : []),
  ];
  return what.map(
    (text) => `${text}, because github-token is empty: remove it, or set it to a token.`,
  );
}

/** CodeBuild has more error codes than are documented, so an unknown word is no error. */
function mistypedWords({ retryWhen }: Inputs): string[] {
  if (typeof retryWhen === 'string') return [];
  const known = [...BUILD_PHASES, ...KNOWN_CODES];
  return retryWhen.flatMap((word) => {
    if (known.includes(word)) return [];
    const meant = closest(word, [...KEYWORDS, ...known]);
    if (meant === null && /_| ERROR$/.test(word)) return [];
    const question = meant === null ? '' : ` Did you mean ${meant}?`;
    return [
      `retry-when: ${word} is not a known build phase or error code.${question} If CodeBuild never reports it, it never causes a retry.`,
    ];
  });
}
