import { describe, expect, jest } from '@jest/globals';
import type { RunEvent } from '../../src/domain/events.ts';
import type { Ending } from '../../src/domain/outcome.ts';
import { errorsOf, warningsOf } from '../../src/report/annotations.ts';
import { buildLogLine } from '../../src/text/escape.ts';
import { outputsOf } from '../../src/report/outputs.ts';
import { resultsOf, resultsText } from '../../src/report/results.ts';
import { formatEvent } from '../../src/report/log.ts';
import { diagram } from '../../src/report/summary/diagram.ts';
import { renderComment, renderSummaries } from '../../src/report/summary/summary.ts';
import { aBatch, FILES } from '../support/batches.ts';
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
import { everywhere } from '../support/hostile-outcome.ts';
import { HOSTILE, UNPRINTABLE } from '../support/hostile.ts';
import { testAll } from '../support/test-all.ts';

// Every summary is parsed as Markdown and as HTML, which takes its time.
jest.setTimeout(300_000);

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

/** The words of a text that a reader must still find: what is no escape sequence, control or mark. */
function wordsOf(text: string): string[] {
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with these
  const words = text.match(/(?<![\w\u001b\u009b[\]:;])[A-Za-z]{4,60}(?!\w)/g) ?? [];
  return [...new Set(words)].filter((word) => !/pwned|https|evil|example/.test(word));
}

describe('hostile text everywhere in a summary', () => {
  testAll(HOSTILE)('is only text', (_, text) => {
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
    expect(wordsOf(text).filter((word) => !seen.includes(word))).toEqual([]);
    const diagrams = codeBlocksOf(html).filter(({ language }) => language === 'mermaid');
    // Verbatim: diagram.test.ts checks that Mermaid accepts it.
    expect(diagrams.map(({ text: source }) => `\`\`\`mermaid\n${source}\`\`\``)).toEqual([
      diagram(outcome.groups),
    ]);
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
      // oxlint-disable-next-line no-control-regex -- colors are the one control that a log may hold
      const plain = told.replace(/\u001b\[[\d;]*m/g, '');
      expect(plain).not.toMatch(UNPRINTABLE);
      expect(told).not.toMatch(/^\s*::/);
      if (step.kind !== 'warning') expect(told).not.toContain('##[');
    }
  });

  testAll(HOSTILE)('does not color what follows it', (_, text) => {
    const line = buildLogLine(text);
    expect(line.startsWith('│ ')).toBe(true);
    // oxlint-disable-next-line no-control-regex -- colors
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
