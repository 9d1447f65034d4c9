import { expect, test } from '@jest/globals';
import { codeBlocks, PAGES, read, README } from './files.ts';
import {
  RULES,
  RULES_OF_SNIPPETS,
  RULES_OF_USE,
  violationsOf,
  workflowOf,
  type Workflow,
} from './workflow-rules.ts';

const isSteps = (snippet: string): boolean => snippet.startsWith('- ');

/** The job of the whole workflow in README.md, up to its steps: that of the snippets of steps alone. */
const [JOB = ''] =
  codeBlocks(README, 'yaml')
    .find((snippet) => !isSteps(snippet))
    ?.split(/^ {6}- /m) ?? [];

/** The snippets of a page as whole workflows. */
function workflowsOf(page: string): Workflow[] {
  return codeBlocks(read(page), 'yaml').map((snippet, index) => {
    const text = isSteps(snippet) ? JOB + snippet.replaceAll(/^(?=.)/gm, ' '.repeat(6)) : snippet;
    return workflowOf(`.github/workflows/${page}-${index + 1}.yml`, text);
  });
}

const SNIPPETS = PAGES.flatMap(workflowsOf);

// What breaks each of these rules is in workflows.test.ts.
test.each(Object.entries({ ...RULES, ...RULES_OF_USE, ...RULES_OF_SNIPPETS }))(
  'in every snippet, %s',
  (_, rule) => {
    expect(violationsOf(rule, SNIPPETS)).toEqual([]);
  },
);

test('README.md has a whole workflow, and the pages have more snippets', () => {
  expect(JOB).toContain('steps:');
  expect(SNIPPETS.length).toBeGreaterThan(6);
});
