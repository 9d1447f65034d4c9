import type { BatchPlan, Cause, GroupEnding, GroupPlan } from '../domain/scenario.ts';

/** Lines that try to act on the runner, the terminal or the page that shows them. */
const LINES = [
  '::set-output name=conclusion::success',
  '::error file=a.js,line=1::gone',
  '::add-mask::a',
  '::stop-commands::token',
  '##[error]gone',
  '##vso[task.complete result=Succeeded;]',
  'ok\r::error::behind a carriage return',
  '\u001b[31m::error::behind colors\u001b[0m',
  ':\u001b[1m:error::cut by colors',
  '\u001b]0;pwned\u0007title',
  '\u001b[2J\u001b[H',
  '```',
  '~~~',
  '````md',
  '</pre></details><script>alert(1)</script>',
  '<img src=x onerror=alert(1)> <!-- ',
  '| a | b || c \\| d',
  '@octocat and @github/security, fixes #1',
  '[x](javascript:alert(1)) ![x](https://evil.example/pixel.png)',
  '# Success',
  '$\\color{red}{failed}$',
  'exe\u202egnp.txt',
  'a\ud83d and \u0000',
  'x'.repeat(20_000),
];

const MESSAGE = LINES.slice(0, -1).join('\n');

/** Identifiers that the service allows and that mean something to JavaScript or to Mermaid. */
const IDENTIFIERS = [
  'end',
  'graph',
  'subgraph',
  'class',
  'click',
  'style',
  'default',
  '__proto__',
  'constructor',
  'toString',
  '_',
  '1',
  '007',
  'o',
  'x'.repeat(127),
];

function group(identifier: string, index: number): [string, GroupPlan] {
  const cause: Cause = { phase: 'BUILD', code: 'COMMAND_EXECUTION_ERROR', message: '' };
  const failed: GroupEnding = {
    status: 'FAILED',
    cause: { ...cause, message: index % 2 === 0 ? MESSAGE : (LINES[index] ?? '') },
    log: LINES,
  };
  const before = IDENTIFIERS[index - 1];
  const plan: GroupPlan = {
    takes: 2,
    artifact: `arn:aws:s3:::hostile/<b>|${identifier}/@octocat \`x\`.zip`,
  };
  // Fails always, fails once, waits for the one before.
  if (index % 3 === 0) return [identifier, { ...plan, ends: [failed] }];
  if (index % 3 === 1) return [identifier, { ...plan, ends: [failed, 'SUCCEEDED'] }];
  return [identifier, { ...plan, ...(before !== undefined && { dependsOn: [before] }) }];
}

export const hostileBatch: BatchPlan = {
  commit: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
  sourceVersion: 'refs/heads/|`<b>@octocat',
  initiator: '<script>alert(1)</script>',
  downloadBatchspec: 2,
  // From entries: as a literal, `__proto__` would be no member.
  groups: Object.fromEntries(IDENTIFIERS.map(group)),
  ends: [{ status: 'FAILED', context: { code: '<b>`|', message: MESSAGE } }],
  reports: {
    hostile: {
      from: 'end',
      cases: {
        passed: 1,
        failed: LINES.map((line) => ({ name: line, suite: line, message: MESSAGE })),
      },
    },
  },
};
