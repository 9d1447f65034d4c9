import { describe, expect, it } from '@jest/globals';
import type { BuildDetails } from '../../src/domain/batch.ts';
import type { LogSearch } from '../../src/domain/log-search.ts';
import type { RunState } from '../../src/domain/state.ts';
import { renderSummaries } from '../../src/report/summary/summary.ts';
import {
  aBuild,
  aFailedBatch,
  afterRetryOf,
  aGroup,
  anOutcome,
  aRecoveredBatch,
  aRetriedGroup,
  at,
  FAILED_PHASES,
  NOT_RETRIED,
} from '../support/batches.ts';
import {
  aLogUrl,
  aReport,
  aTestCase,
  buildsByArn,
  someDetails,
  tails,
  TESTS_FAILED,
} from '../support/build-details.ts';
import { cellsOf, codeBlocksOf, linksOf, renderOnGitHub } from '../support/github-markdown.ts';

const retried = (...groups: Parameters<typeof aRetriedGroup>[]): Partial<RunState> => ({
  attempt: 2,
  retries: 1,
  past: afterRetryOf(aFailedBatch()),
  batch: aRecoveredBatch({
    status: 'FAILED',
    groups: groups.map((group) => aRetriedGroup(...group)),
  }),
});

function partOf(heading: string, overrides: Partial<RunState>): string {
  const summary = renderSummaries(anOutcome(NOT_RETRIED, { batch: aFailedBatch(), ...overrides }))[
    'job-summary'
  ];
  return (
    summary
      .split(/^### /m)
      .find((part) => part.startsWith(heading))
      ?.slice(heading.length) ?? ''
  );
}

const MESSAGE = `${TESTS_FAILED.code}: ${TESTS_FAILED.message}`;

describe('why builds failed', () => {
  const causesOf = (overrides: Partial<RunState>): string[][] =>
    cellsOf(renderOnGitHub(partOf('Why builds failed', overrides)));

  it('is in a table, with the first phase that failed', () => {
    expect(causesOf({ builds: buildsByArn(someDetails('unit-1')) })).toEqual([
      ['Failed', 'Phase', 'Likely cause', 'Message'],
      ['unit', 'BUILD', '🧑‍💻\u00a0code or configuration', MESSAGE],
    ]);
  });

  it('is unknown where neither phase nor message says what it was', () => {
    const odd = { type: 'ODD', code: 'ODD_ERROR', message: 'odd' };
    expect(causesOf({ builds: buildsByArn(someDetails('unit-1', odd)) })).toEqual([
      ['Failed', 'Phase', 'Likely cause', 'Message'],
      ['unit', 'ODD', '❔\u00a0unknown', 'ODD_ERROR: odd'],
    ]);
  });

  it('has a row for each attempt; one for several if it is the same', () => {
    const rows = causesOf({
      ...retried(
        ['same', 'FAILED', 'FAILED'],
        ['other', 'FAILED', 'FAULT'],
        ['flaky', 'FAILED', 'SUCCEEDED'],
      ),
      builds: buildsByArn(
        someDetails('same-1'),
        someDetails('same-2'),
        someDetails('other-1'),
        someDetails('other-2', { type: 'QUEUED', code: '', message: 'no capacity' }),
        someDetails('flaky-1'),
      ),
    });
    expect(rows).toEqual([
      ['Failed', 'Attempt', 'Phase', 'Likely cause', 'Message'],
      ['same', '1, 2', 'BUILD', '🧑‍💻\u00a0code or configuration', MESSAGE],
      ['other', '1', 'BUILD', '🧑‍💻\u00a0code or configuration', MESSAGE],
      ['other', '2', 'QUEUED', '🏗️\u00a0infrastructure, a retry can help', 'no capacity'],
      ['flaky', '1', 'BUILD', '🧑‍💻\u00a0code or configuration', MESSAGE],
    ]);
  });

  it('has the text of retry-when-log that each log contains', () => {
    const search = (text: string | null): LogSearch => ({ kind: 'searched', text });
    const rows = causesOf({
      ...retried(['same', 'FAILED', 'FAILED'], ['other', 'FAILED', 'FAILED']),
      builds: buildsByArn(
        ...['same-1', 'same-2', 'other-1', 'other-2'].map((id) => someDetails(id)),
      ),
      logSearches: new Map<string, LogSearch>([
        [aBuild({ id: 'same-1' }).arn, search('connect <b>')],
        [aBuild({ id: 'same-2' }).arn, search('connect <b>')],
        [aBuild({ id: 'other-1' }).arn, search('port | taken')],
        [aBuild({ id: 'other-2' }).arn, search(null)],
      ]),
    });
    expect(rows).toEqual([
      ['Failed', 'Attempt', 'Phase', 'Likely cause', 'Message', 'Log match'],
      ['same', '1, 2', 'BUILD', '🧑‍💻\u00a0code or configuration', MESSAGE, 'connect <b>'],
      ['other', '1', 'BUILD', '🧑‍💻\u00a0code or configuration', MESSAGE, 'port | taken'],
      ['other', '2', 'BUILD', '🧑‍💻\u00a0code or configuration', MESSAGE, ''],
    ]);
  });

  describe('with what distinguishes the builds', () => {
    const environments = (...images: readonly Partial<BuildDetails>[]): string[][] => {
      const names = images.map((_, n) => `build${n}`);
      return causesOf({
        batch: aFailedBatch({
          groups: [aGroup('lint'), ...names.map((name) => aGroup(name, 'FAILED'))],
        }),
        builds: buildsByArn(...images.map((image, n) => someDetails(`build${n}-1`, {}, image))),
      });
    };

    it('shows what differs, and nothing else', () => {
      const rows = environments(
        { image: 'standard:7.0', computeType: 'BUILD_GENERAL1_SMALL', buildspec: 'ci/a.yml' },
        { image: 'standard:6.0', computeType: 'BUILD_GENERAL1_SMALL', buildspec: 'ci/b.yml' },
        { image: 'standard:6.0', computeType: 'BUILD_GENERAL1_SMALL', buildspec: '' },
      );
      expect(rows.map((row) => row.slice(0, 2))).toEqual([
        ['Failed', 'Environment'],
        ['build0', 'standard:7.0\nci/a.yml'],
        ['build1', 'standard:6.0\nci/b.yml'],
        ['build2', 'standard:6.0'],
      ]);
    });

    it('shows all of it where only one build was read', () => {
      const rows = environments({
        image: 'standard:7.0',
        computeType: 'SMALL',
        buildspec: 'ci.yml',
      });
      expect(rows[1]?.[1]).toBe('standard:7.0\nSMALL\nci.yml');
    });

    it('shows nothing where all of it is the same', () => {
      expect(environments({ image: 'x' }, { image: 'x' })[0]).not.toContain('Environment');
    });

    it('shows a buildspec of many lines in one short line', () => {
      const buildspec = `version: 0.2\nphases:\n${'  build: |\n'.repeat(900)}  - npm test\n`;
      const [, , row] = environments({ buildspec: 'ci.yml' }, { buildspec });
      expect(row?.[1]).toMatch(/^version: 0[.]2 phases: .* … .*- npm test$/);
      expect(row?.[1]?.length).toBeLessThanOrEqual(100);
    });

    it('does not take the attempts of one group for two', () => {
      const rows = causesOf({
        ...retried(['unit', 'FAILED', 'FAILED'], ['lint', 'FAILED', 'SUCCEEDED']),
        builds: buildsByArn(someDetails('unit-1', { code: 'OTHER' }), someDetails('unit-2')),
      });
      expect(rows.slice(1).map((row) => row[1])).toEqual([
        'aws/codebuild/standard:7.0\nBUILD_GENERAL1_SMALL',
        'aws/codebuild/standard:7.0\nBUILD_GENERAL1_SMALL',
      ]);
    });
  });

  it('has no attempt where that is unknown', () => {
    const group = aGroup('unit', 'FAILED', { build: { requestedOn: null } });
    const rows = causesOf({
      ...retried(),
      batch: aRecoveredBatch({ status: 'FAILED', groups: [group] }),
      builds: buildsByArn(someDetails('unit-1')),
    });
    expect(rows[0]).toEqual(['Failed', 'Phase', 'Likely cause', 'Message']);
  });

  const ofItsSpec = FAILED_PHASES.map((phase) =>
    phase.type === 'IN_PROGRESS'
      ? {
          ...phase,
          contexts: [{ code: 'BATCH_SPEC_ERROR', message: 'no batch: in the buildspec' }],
        }
      : phase,
  );

  it('has a row for the batch itself', () => {
    const batch = aFailedBatch({ groups: [], phases: ofItsSpec });
    const part = partOf('Why builds failed', { batch });
    expect(cellsOf(renderOnGitHub(part))[1]).toEqual([
      'the batch',
      'IN_PROGRESS',
      '🧑‍💻\u00a0code or configuration',
      'BATCH_SPEC_ERROR: no batch: in the buildspec',
    ]);
    expect(linksOf(renderOnGitHub(part))).toEqual([{ text: 'the batch', href: batch.consoleUrl }]);
  });

  it('names the attempt that the snapshot shows, not the next one', () => {
    const batch = aFailedBatch({ groups: [], phases: ofItsSpec });
    expect(causesOf({ batch, past: afterRetryOf(batch), attempt: 2 })[1]?.[1]).toBe('1');
  });

  it('has a row for a FAULT that nothing explains', () => {
    expect(causesOf({ batch: aFailedBatch({ status: 'FAULT', groups: [] }) })).toEqual([
      ['Failed', 'Likely cause'],
      ['the batch', '🏗️\u00a0infrastructure, a retry can help'],
    ]);
  });

  it('has fifty rows at most', () => {
    const names = Array.from({ length: 52 }, (_, n) => `g${n}`);
    const overrides = {
      batch: aFailedBatch({ groups: names.map((name) => aGroup(name, 'FAILED')) }),
      builds: buildsByArn(...names.map((name) => someDetails(`${name}-1`))),
    };
    expect(causesOf(overrides)).toHaveLength(51);
    expect(partOf('Why builds failed', overrides)).toContain('\n\n… and 2 more failures.\n');
  });

  it('is left out where it is unknown', () => {
    expect(partOf('Why builds failed', {})).toBe('');
  });
});

describe('tests', () => {
  it('are listed by report and by test that failed', () => {
    const reports = [aReport(), aReport({ name: 'lint', errors: 0, failed: 0, skipped: 0 })];
    const failedTests = [aTestCase(), aTestCase({ suite: '', name: 'refunds' })];
    const html = renderOnGitHub(partOf('Tests', { reports, failedTests }));
    expect(cellsOf(html)).toEqual([
      ['Test report', 'Passed', 'Failed', 'Skipped'],
      ['app-junit', '7', '2', '1'],
      ['lint', '7', '0', '0'],
    ]);
    expect(cellsOf(html, 1)).toEqual([
      ['Failed test', 'Message'],
      ['Checkout › pays by card', 'expected 200, got 503'],
      ['refunds', 'expected 200, got 503'],
    ]);
    expect(linksOf(html)[0]).toEqual({ text: 'app-junit', href: aReport().consoleUrl });
  });

  it('are at most fifty, and the rest is counted', () => {
    const part = partOf('Tests', {
      reports: Array.from({ length: 51 }, () => aReport()),
      failedTests: Array.from({ length: 60 }, () => aTestCase()),
    });
    expect(part).toContain('… and 1 more test report.');
    expect(part).toContain('… and 10 more failed tests.');
    expect(cellsOf(renderOnGitHub(part), 1)).toHaveLength(51);
  });

  it('are left out without reports', () => {
    expect(partOf('Tests', { failedTests: [aTestCase()] })).toBe('');
  });
});

describe('logs', () => {
  it('are folded, without colours, whatever breaks their lines', () => {
    const lines = ['\u001b[31mred\u001b[0m & <b>', 'a\rb\u2028c', '</pre></details>'];
    const html = renderOnGitHub(partOf('Logs', { logs: tails({ 'unit-1': lines }) }));
    expect(html).toContain('<details><summary>Log of <code>unit</code>: last 5 lines</summary>');
    expect(codeBlocksOf(html)).toEqual([
      { language: '', text: 'red & <b>\na\nb\nc\n</pre></details>\n' },
    ]);
    expect(linksOf(html)).toEqual([{ text: 'Full log', href: aLogUrl('unit-1') }]);
  });

  it('name the attempt, the groups that failed first', () => {
    const part = partOf('Logs', {
      ...retried(['flaky', 'FAILED', 'SUCCEEDED'], ['unit', 'FAILED', 'FAILED']),
      logs: tails({ 'flaky-1': ['x'], 'unit-1': ['y'], 'unit-2': ['z'] }),
    });
    expect([...part.matchAll(/<summary>(.*)<\/summary>/g)].map(([, title]) => title)).toEqual([
      'Log of <code>unit</code>, attempt 1: last 1 line',
      'Log of <code>unit</code>, attempt 2: last 1 line',
      'Log of <code>flaky</code>, attempt 1: last 1 line',
    ]);
  });

  it('give the reason where there is none, with a link', () => {
    const part = partOf('Logs', { logs: tails({ 'unit-1': { kind: 'denied', permission: '*' } }) });
    expect(part).toBe(
      `\n\nNo log of <code>unit</code>: the role is not authorized to perform \\* ([full log](${aLogUrl('unit-1')})).\n`,
    );
  });

  it('link to the build where CodeBuild names no log', () => {
    const build = aBuild({ id: 'unit-1' });
    const logs = new Map([[build.arn, { kind: 'lines', lines: ['x'], url: '' } as const]]);
    expect(linksOf(renderOnGitHub(partOf('Logs', { logs })))[0]?.href).toBe(build.consoleUrl);
  });

  it('share the room: the last lines of each', () => {
    const line = 'x'.repeat(900);
    const logs = tails({
      'a-1': Array.from({ length: 3000 }, (_, n) => `${n} ${line}`),
      'b-1': ['short'],
      'c-1': Array.from({ length: 3000 }, (_, n) => `${n} ${line}`),
    });
    const groups = ['a', 'b', 'c'].map((name) => aGroup(name, 'FAILED'));
    const blocks = codeBlocksOf(
      renderOnGitHub(partOf('Logs', { batch: aFailedBatch({ groups }), logs })),
    ).map(({ text }) => text.trim().split('\n'));
    expect(blocks[1]).toEqual(['short']);
    for (const block of [blocks[0], blocks[2]]) {
      expect(block?.length).toBeGreaterThan(100);
      expect(block?.at(-1)).toMatch(/^2999 /);
    }
  });

  it('keep to the room for all of them, and hand on what one leaves of its share', () => {
    const line = 'x'.repeat(99);
    const long = Array.from({ length: 10_000 }, () => line);
    const groups = ['a', 'b', 'c', 'd'].map((name) => aGroup(name, 'FAILED'));
    const logs = tails({ 'a-1': ['short'], 'b-1': long, 'c-1': long, 'd-1': long });
    const sizes = codeBlocksOf(
      renderOnGitHub(partOf('Logs', { batch: aFailedBatch({ groups }), logs })),
    ).map(({ text }) => text.length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThanOrEqual(404_100);
    expect(total).toBeGreaterThan(395_000);
    for (const size of sizes.slice(1)) expect(Math.abs(size - 400_000 / 3)).toBeLessThan(3000);
  });

  it('are cut in their lines, and left out if not even one line fits', () => {
    const logs = tails({ 'unit-1': ['x'.repeat(5000)] });
    const [block] = codeBlocksOf(renderOnGitHub(partOf('Logs', { logs })));
    expect(block?.text.trim()).toMatch(/^x{499} … x{498}$/);
  });

  it('are fifty, and the rest is counted', () => {
    const names = Array.from({ length: 52 }, (_, n) => `g${n}`);
    const part = partOf('Logs', {
      batch: aFailedBatch({ groups: names.map((name) => aGroup(name, 'FAILED')) }),
      logs: tails(Object.fromEntries(names.map((name) => [`${name}-1`, ['x']]))),
    });
    expect(part.match(/<details>/g)).toHaveLength(50);
    expect(part).toMatch(/… and 2 more logs\.\n$/);
  });

  it('of builds that succeeded are not looked for', () => {
    const batch = aFailedBatch({
      groups: [aGroup('unit', 'SUCCEEDED', { build: { requestedOn: at(9) } })],
    });
    expect(partOf('Logs', { batch, logs: tails({ 'unit-1': ['x'] }) })).toBe('');
  });
});
