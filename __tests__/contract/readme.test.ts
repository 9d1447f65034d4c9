import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { renderTables } from '../../scripts/readme-tables/render-tables.ts';
import { SCENARIOS } from '../../simulator/index.ts';
import { ACTION, codeBlocks, read, README, ROOT } from './files.ts';
import {
  OURS,
  RULES,
  RULES_OF_README,
  RULES_OF_USE,
  violationsOf,
  workflowOf,
  type Workflow,
} from './workflow-rules.ts';

describe('tables', () => {
  test('are what action.yml generates (if not: npm run docs)', () => {
    expect(README).toBe(renderTables(README, ACTION));
  });

  const marks = '<!-- inputs -->\nold\n<!-- /inputs -->\n<!-- outputs --><!-- /outputs -->';

  test('are written between their marks, each text in one cell', () => {
    const action = {
      inputs: { a: { description: 'one\n two | three ' }, b: { description: 'x', default: '1' } },
      outputs: { c: { description: 'y' } },
    };
    expect(renderTables(`before\n${marks}\nafter`, action)).toBe(
      [
        'before',
        '<!-- inputs -->',
        '',
        '| Input | Default | Meaning |',
        '| --- | --- | --- |',
        '| `a` |  | one two \\| three |',
        '| `b` | `1` | x |',
        '',
        '<!-- /inputs -->',
        '<!-- outputs -->',
        '',
        '| Output | Value |',
        '| --- | --- |',
        '| `c` | y |',
        '',
        '<!-- /outputs -->',
        'after',
      ].join('\n'),
    );
  });

  test.each(['<!-- inputs -->', '<!-- /inputs -->', '<!-- outputs -->', '<!-- /outputs -->'])(
    'cannot be written without %s',
    (mark) => {
      const readme = marks.replace(mark, '');
      expect(() => renderTables(readme, { inputs: {}, outputs: {} })).toThrow('The page has no');
    },
  );
});

const SNIPPETS = codeBlocks(README, 'yaml');
const [QUICK_START = '', ...MORE] = SNIPPETS;

/** The snippets as whole workflows: steps alone go into the job of the quick start. */
const WORKFLOWS = SNIPPETS.map((text, index): Workflow => {
  const [job = ''] = QUICK_START.split(/^ {6}- /m);
  const whole = text.startsWith('- ') ? job + text.replaceAll(/^(?=.)/gm, ' '.repeat(6)) : text;
  return workflowOf(`.github/workflows/snippet-${index + 1}.yml`, whole);
});

// What breaks each of these rules is in workflows.test.ts.
test.each(Object.entries({ ...RULES, ...RULES_OF_USE, ...RULES_OF_README }))(
  'in every snippet, %s',
  (_, rule) => {
    expect(violationsOf(rule, WORKFLOWS)).toEqual([]);
  },
);

describe('workflows', () => {
  test('the quick start is the first: short, of one step, and with no other action', () => {
    expect(QUICK_START.trimEnd().split('\n').length).toBeLessThanOrEqual(14);
    expect(WORKFLOWS[0]?.jobs).toMatchObject({ retry: { steps: [{ uses: OURS }] } });
  });

  test('the others are its steps', () => {
    expect(MORE.length).toBeGreaterThan(0);
    for (const text of MORE) expect(text).toMatch(/^- /);
  });

  test('one shows how outputs are used', () => {
    expect(SNIPPETS.some((text) => text.includes('.outputs.'))).toBe(true);
  });

  test('the recipes are all the examples, and nothing else', () => {
    const [, section = ''] = README.split('\n## Recipes\n');
    const [recipes = ''] = section.split('\n## ');
    const linked = [...recipes.matchAll(/^\|.*\]\(examples\/(?<file>[\w-]+\.yml)\)/gm)];
    expect(linked.map(({ groups }) => groups?.['file']).sort()).toEqual(
      readdirSync(join(ROOT, 'examples'))
        .filter((file) => file.endsWith('.yml'))
        .sort(),
    );
  });
});

describe('the picture of a job summary', () => {
  const named = [...README.matchAll(/(?:src|srcset)="(?<path>[^"]+)"/g)].map(
    ({ groups }) => groups?.['path'] ?? '',
  );

  test('is there in dark and light, the only pictures of docs/', () => {
    expect(named).toEqual(['docs/summary-dark.png', 'docs/summary-light.png']);
    const pictures = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.png'));
    expect(pictures.map((file) => `docs/${file}`)).toEqual(named);
  });

  test.each(named)('%s is a small picture', (path) => {
    const png = readFileSync(join(ROOT, path));
    expect(png.toString('latin1', 0, 8)).toBe('\x89PNG\r\n\x1a\n');
    expect(png.length).toBeLessThan(150_000);
  });

  test('has an alt text that says what its summary says', () => {
    const [, alt = ''] = /<img [^>]*\balt="([^"]+)"/.exec(README) ?? [];
    const summary = read('__tests__/report/golden/recovered.md');
    expect(summary).toContain('the batch succeeded on attempt 2');
    for (const words of ['succeeded on attempt 2', 'integration_tests', 'flaky']) {
      expect(alt).toContain(words);
    }
  });
});

/** All of src/, line by line, with `…` for each part of a text that differs. */
const CODE = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => read(join('src', file)).split('\n'))
  .map((line) => line.replaceAll(/\$\{[^}]*\}/g, '…').replaceAll("\\'", "'"));

/** Whether some line of the code says this, with anything in the place of each `…`. */
function isSaid(message: string): boolean {
  const parts = message.split('…').map((part) => part.trim());
  return CODE.some((line) => {
    let from = 0;
    return parts.every((part) => {
      const at = line.indexOf(part, from);
      from = at + part.length;
      return at >= 0;
    });
  });
}

describe('troubleshooting', () => {
  const [, section = ''] = README.split('\n## Troubleshooting\n');
  const [troubleshooting = ''] = section.split('\n## ');
  const rows = troubleshooting.split('\n').filter((line) => /^\| (?!What you see|---)/.test(line));
  const codeIn = (text: string): string[] =>
    [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  const prose = troubleshooting.split('\n').filter((line) => !line.startsWith('|'));
  const messages = [
    ...rows.flatMap((row) => codeIn(row.split('|')[1] ?? '')),
    ...prose.flatMap(codeIn).filter((code) => code.includes(' ')),
  ];

  test('there are many messages', () => {
    expect(messages.length).toBeGreaterThan(40);
  });

  test('the code says each of them, and each is long enough to be found', () => {
    expect(messages.filter((message) => message.replaceAll('…', '').length <= 12)).toEqual([]);
    expect([...new Set(messages)].filter((message) => !isSaid(message))).toEqual([]);
  });

  test('a message that the code does not say is found', () => {
    expect(isSaid('AWS throttled …')).toBe(true);
    expect(isSaid('AWS throttled … for good')).toBe(false);
    expect(isSaid('(…). AWS throttled')).toBe(false);
  });
});

test('each of these situations is in one row of What happens when', () => {
  const [, section = ''] = README.split('### What happens when\n');
  const rows = (section.split(/^#/m)[0] ?? '').split('\n').filter((line) => line.startsWith('| '));
  const notInOneRow = (...situations: string[]): string[] =>
    situations.filter(
      (words) => rows.filter((row) => (row.split('|')[1] ?? '').includes(words)).length !== 1,
    );
  expect(
    notInOneRow(
      'Throttling',
      'server error',
      'connection breaks',
      'proxy answers with HTML',
      'answer to the retry is lost',
      'right is missing',
      'expire',
      'no credentials',
      'From the start: an unknown host',
      '15 minutes',
      'retries the batch',
      'stops the batch',
      'deletes the batch',
      'cancelled',
      'killed',
      '`timeout`',
      'commit status',
      'attempt before',
    ),
  ).toEqual([]);
  expect(notInOneRow('the batch', 'an earthquake', 'Throttling')).toEqual([
    'the batch',
    'an earthquake',
  ]);
});

test('a table lists all permissions that the workflows give to a job', () => {
  const [, section = ''] = README.split('\nOf GitHub the job needs:\n');
  const rows = [...section.matchAll(/^\|[^|]+\|\s*`(?<permission>[\w-]+: write)`\s*\|/gm)];
  const listed = rows.map(({ groups }) => groups?.['permission']);
  expect(listed).toEqual(['id-token: write', 'statuses: write', 'pull-requests: write']);
  const used = WORKFLOWS.flatMap(({ jobs }) =>
    Object.values(jobs).flatMap(({ permissions }) =>
      Object.entries(permissions as Readonly<Record<string, string>>),
    ),
  );
  expect(listed).toEqual(expect.arrayContaining(used.map(([name, level]) => `${name}: ${level}`)));
});

describe('instructions', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

  /** The scripts that a page names, and those of them that package.json does not have. */
  function scriptsNamedIn(page: string): { named: string[]; unknown: string[] } {
    const named = [...page.matchAll(/npm run (?<name>[\w:]+)/g)].map(
      ({ groups }) => groups?.['name'] ?? '',
    );
    return { named, unknown: named.filter((name) => !Object.hasOwn(scripts, name)) };
  }

  test('are in code blocks of their own', () => {
    const blocks = codeBlocks(README, 'sh');
    expect(blocks).toEqual(expect.arrayContaining(['npm ci && npm run demo\n', 'npm cit\n']));
  });

  test('name scripts that package.json has', () => {
    const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', '__tests__/README.md'];
    const found = pages.map((file) => ({ file, ...scriptsNamedIn(read(file)) }));
    expect(found.filter(({ named }) => named.length === 0)).toEqual([]);
    expect(found.filter(({ unknown }) => unknown.length > 0)).toEqual([]);
    expect(scriptsNamedIn('npm run nothing, npm run test:only, npm start')).toEqual({
      named: ['nothing', 'test:only'],
      unknown: ['nothing'],
    });
  });

  test('the simulated project is in the scenario that the simulator runs by default', () => {
    const [, project = ''] = /aws codebuild .* --project-name (\S+)/.exec(README) ?? [];
    expect(SCENARIOS['flaky']?.projects).toHaveProperty([project]);
  });
});
