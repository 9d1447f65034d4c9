import { describe, expect, jest } from '@jest/globals';
import type { RunEvent } from '../../src/domain/events.ts';
import type { Ending, Outcome } from '../../src/domain/outcome.ts';
import { errorsOf, warningsOf } from '../../src/report/annotations.ts';
import { buildLogLine } from '../../src/text/escape.ts';
import { outputsOf } from '../../src/report/outputs.ts';
import { resultsOf, resultsText } from '../../src/report/results.ts';
import { formatEvent } from '../../src/report/log.ts';
import { renderComment, renderSummaries } from '../../src/report/summary/summary.ts';
import {
  aBatch,
  aBuild,
  aFailedBatch,
  afterRetryOf,
  aGroup,
  anArtifact,
  anOutcome,
  aRecoveredBatch,
  aRetriedGroup,
  FAILED_PHASES,
  FILES,
} from '../support/batches.ts';
import { aReport, aTestCase, buildsByArn, someDetails } from '../support/build-details.ts';
import {
  cellsOf,
  codeBlocksOf,
  elementsOutside,
  elementsRemoved,
  headingsOf,
  linksOf,
  mentionsIn,
  referencesIn,
  renderOnGitHub,
  visibleText,
} from '../support/github-markdown.ts';
import { HOSTILE, UNPRINTABLE } from '../support/hostile.ts';
import { testAll } from '../support/test-all.ts';
import { parseMermaid } from '../support/mermaid.ts';

// Every summary is parsed as Markdown, as HTML and its diagram by Mermaid, which takes its time.
jest.setTimeout(300_000);

/** An ending after two attempts in which everything foreign is the same text. */
function everywhere(text: string, ending: Ending): Outcome {
  const artifact = anArtifact({
    group: text,
    identifier: text,
    type: text,
    uri: text,
    location: text,
    consoleUrl: text,
  });
  const phases = FAILED_PHASES.map((phase) =>
    phase.status === 'CLIENT_ERROR'
      ? { ...phase, type: text, contexts: [{ code: text, message: text }] }
      : phase,
  );
  const retriedOnce = aRecoveredBatch().phases;
  const batch = aRecoveredBatch({
    id: text,
    projectName: text,
    status: text,
    resolvedSourceVersion: text,
    consoleUrl: text,
    reportArns: [text],
    combinedArtifacts: [artifact],
    phases: [...retriedOnce.slice(0, -3), ...phases.slice(2, 3), ...retriedOnce.slice(-3)],
    groups: [
      { ...aRetriedGroup('first', 'FAILED', text), dependsOn: [] },
      aGroup(text, 'FAILED', {
        dependsOn: ['first', text],
        build: { artifacts: [artifact], consoleUrl: text },
      }),
      aRetriedGroup(`flaky ${text}`, 'FAILED', 'SUCCEEDED'),
    ],
  });
  const context = { type: text, status: text, code: text, message: text };
  const second = aBuild({ id: 'first-2' }).arn;
  return anOutcome(ending, {
    batch,
    past: afterRetryOf(aFailedBatch({ id: text })),
    attempt: 2,
    retries: 1,
    durations: new Map([['first', 1000]]),
    decisions: [1, 2].map((attempt) => ({ attempt, status: text, retry: true, reason: text })),
    builds: buildsByArn(
      someDetails('first-1', context),
      someDetails('first-2', { ...context, message: `x${text}` }),
      someDetails(`${text}-1`, context),
      someDetails(`flaky ${text}-1`, context),
    ),
    logs: new Map([
      [aBuild({ id: 'first-1' }).arn, { kind: 'lines', lines: [text, text], url: text }],
      [second, { kind: 'none', why: { kind: 'denied', permission: text }, url: text }],
      [aBuild({ id: `${text}-1` }).arn, { kind: 'lines', lines: [text], url: '' }],
    ]),
    reports: [aReport({ name: text, arn: text, consoleUrl: text })],
    failedTests: [aTestCase({ suite: text, name: text, message: text })],
    history: [{ identifier: text, results: ['flaky', 'failed', null], durations: [] }],
  });
}

const COMMENT = {
  marker: '<!-- marker -->',
  runUrl: 'https://github.com/octo-org/app/actions/runs/42/attempts/1',
};

const ENDINGS = (text: string): Ending[] => [
  { kind: 'failed', reason: text, quotedCause: null },
  { kind: 'retry-rejected', message: text },
  { kind: 'service-error', message: text },
  { kind: 'dry-run', retry: true, reason: text, quotedCause: null },
  { kind: 'bad-input', problems: [text, text] },
];

/** Words of a text that a reader must still find: what is no escape sequence, control or mark. */
function wordsOf(text: string): string[] {
  // eslint-disable-next-line no-control-regex -- escape sequences begin with these
  const words = text.match(/(?<![\w\u001b\u009b[\]:;])[A-Za-z]{4,60}(?!\w)/g) ?? [];
  return words.filter((word) => !/pwned|https|evil|example/.test(word));
}

describe('hostile text everywhere in a summary', () => {
  testAll(HOSTILE)('is only text', async (_, text) => {
    const [ending] = ENDINGS(text);
    const outcome = everywhere(text, ending ?? { kind: 'gone' });
    const summary = renderSummaries(outcome)['job-summary'];
    const html = renderOnGitHub(summary);

    expect(elementsRemoved(summary)).toEqual([]);
    expect(
      elementsOutside(html, [
        ...['h2', 'h3', 'p', 'a', 'strong', 'code', 'span', 'sub', 'wbr', 'pre', 'details'],
        ...['summary', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'ul', 'li'],
      ]),
    ).toEqual([]);
    expect([...mentionsIn(html), ...referencesIn(html)]).toEqual([]);
    expect(
      linksOf(html).filter(({ href }) => !/^https:\/\/[\w.-]+\.aws\.amazon\.com\//.test(href)),
    ).toEqual([]);
    expect(headingsOf(html).map(({ level }) => level)).toEqual([2, 3, 3, 3, 3, 3, 3, 3]);
    for (let table = 0; table < 6; table += 1) {
      const [heading = [], ...rows] = cellsOf(html, table);
      expect(rows.length).toBeGreaterThan(0);
      expect(new Set(rows.map((row) => row.length))).toEqual(new Set([heading.length]));
    }
    expect(() => cellsOf(html, 6)).toThrow();
    expect(summary.split('\n').filter((line) => UNPRINTABLE.test(line))).toEqual([]);
    const seen = visibleText(html).replaceAll('\u200b', '');
    for (const word of wordsOf(text)) expect(seen).toContain(word);
    const diagrams = codeBlocksOf(html).filter(({ language }) => language === 'mermaid');
    expect(diagrams).toHaveLength(1);
    for (const { text: source } of diagrams) await parseMermaid(source);
  });

  testAll(HOSTILE)('is only text, however the step ended', (_, text) => {
    for (const ending of ENDINGS(text).slice(1)) {
      const summary = renderSummaries({ ...everywhere('plain', ending), groups: [] })[
        'job-summary'
      ];
      const html = renderOnGitHub(summary);
      expect(elementsRemoved(summary)).toEqual([]);
      expect(mentionsIn(html)).toEqual([]);
      expect(headingsOf(html).filter(({ level }) => level < 3)).toHaveLength(1);
      expect(linksOf(html).filter(({ href }) => /evil|javascript|data:/.test(href))).toEqual([]);
    }
  });
});

describe('hostile text in the log', () => {
  testAll(HOSTILE)('cannot act on the runner', (_, text) => {
    const batch = aBatch({ id: text, projectName: text, status: text, consoleUrl: text });
    const cause = {
      phase: text,
      code: text,
      message: text,
      kind: 'code',
      permanent: false,
    } as const;
    const failure = { kind: 'failed', permission: text, code: text } as const;
    const events: RunEvent[] = [
      { kind: 'batch-found', batch, attempt: 1 },
      { kind: 'cause', group: text, cause },
      { kind: 'cause', group: null, cause },
      {
        kind: 'log',
        group: text,
        arn: text,
        tail: { kind: 'lines', lines: [text, text], url: text },
      },
      { kind: 'log', group: text, arn: text, tail: { kind: 'none', why: failure, url: text } },
      { kind: 'log-searched', group: text, arn: text, search: { kind: 'searched', text } },
      {
        ...{ kind: 'details-unreadable', permission: text, level: 'warning' },
        ...{ failure, neededBy: null },
      },
      { kind: 'retrying', retry: 1, maxRetries: 1, reason: text, delay: 0 },
    ];
    for (const step of events.flatMap(formatEvent)) {
      const told = step.kind === 'fold' ? step.title : step.kind === 'unfold' ? '' : step.text;
      // eslint-disable-next-line no-control-regex -- colours are the one control that a log may hold
      const plain = told.replace(/\u001b\[[\d;]*m/g, '');
      expect(plain).not.toMatch(UNPRINTABLE);
      expect(told).not.toMatch(/^\s*::/);
      if (step.kind !== 'warning') expect(told).not.toContain('##[');
    }
  });

  testAll(HOSTILE)('does not color what follows it', (_, text) => {
    const line = buildLogLine(text);
    expect(line.startsWith('│ ')).toBe(true);
    // eslint-disable-next-line no-control-regex -- colours
    if (line.includes('\u001b')) expect(line).toMatch(/\u001b\[0m$/);
  });
});

describe('hostile text in a comment', () => {
  testAll(HOSTILE)('is only text', (_, text) => {
    for (const ending of ENDINGS(text)) {
      const comment = renderComment(everywhere(text, ending), COMMENT);
      const html = renderOnGitHub(comment);
      expect(comment.startsWith(`${COMMENT.marker}\n\n## `)).toBe(true);
      expect(comment.length).toBeLessThanOrEqual(65_000);
      expect(comment.isWellFormed()).toBe(true);
      expect(elementsRemoved(comment)).toEqual([]);
      expect([...mentionsIn(html), ...referencesIn(html)]).toEqual([]);
      const hosts =
        /^https:\/\/(?:[\w.-]+\.aws\.amazon\.com|github\.com\/octo-org\/app\/actions)\//;
      expect(linksOf(html).filter(({ href }) => !hosts.test(href))).toEqual([]);
      expect(html).not.toMatch(/<(?:img|input|details|pre)\b/);
    }
  });
});

describe('hostile text in annotations', () => {
  testAll(HOSTILE)('is one printable line of at most 4,000 characters', (_, text) => {
    for (const ending of ENDINGS(text)) {
      const outcome = everywhere(text, ending);
      for (const { title, message } of [...errorsOf(outcome), ...warningsOf(outcome)]) {
        expect(message.length).toBeLessThanOrEqual(4000);
        expect(title.length).toBeLessThanOrEqual(200);
        expect(title + message).not.toMatch(UNPRINTABLE);
      }
    }
  });
});

describe('hostile text in outputs', () => {
  testAll(HOSTILE)('is carried whole, as JSON', (_, text) => {
    for (const ending of ENDINGS(text)) {
      const outcome = everywhere(text, ending);
      const { outputs } = outputsOf(resultsOf(outcome), FILES);
      const name = text.toWellFormed();
      expect(outputs.reason).not.toMatch(UNPRINTABLE);
      expect([[], [`flaky ${name}`]]).toContainEqual(JSON.parse(outputs['flaky-groups']));
      const results = JSON.parse(
        resultsText(resultsOf(outcome), '/tmp/results.json'),
      ) as typeof outputs;
      expect(results['build-groups']).toMatchObject([
        { identifier: 'first' },
        { identifier: name, status: 'FAILED', dependsOn: ['first', name] },
        { identifier: `flaky ${name}`, status: 'SUCCEEDED' },
      ]);
      expect(results['flaky-groups']).toEqual([`flaky ${name}`]);
      expect(results['report-arns']).toEqual([name]);
    }
  });
});
