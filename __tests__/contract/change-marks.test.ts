import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { read, ROOT } from './files.ts';

/** What the examples have in place of something that is different for each reader. */
const PLACEHOLDERS = [
  /\byour-org\//,
  /\bmy-project\b/,
  /\beu-west-1\b/,
  /\b123456789012\b/,
  /\bexample\.com\b/,
  /\bbranches: \[main\]/,
  /\bcron: /,
  /\bruns-on: \[self-hosted\b/,
];

/** A value that is different for each reader, whatever it is. */
const OF_THE_READER =
  /(?:^|\s)(?:aws-region|role-to-assume|project-name|AWS_REGION|ROLE|PROJECT|\w+_PROXY): (?!.*\$\{\{)\S/;

/** A line of a workflow, or a block of text with its header. */
interface Part {
  readonly text: string;
  readonly isMarked: boolean;
}

/**
 * The parts of a workflow that are not comments. A block cannot hold comments: its mark stands behind
 * its header (`if: >- # CHANGE`).
 */
function partsOf(workflow: string): Part[] {
  const parts = workflow.matchAll(
    /^(?<indent> *)(?! |#)(?<line>.*?)(?<comment>(?<= )#.*)?(?<block>(?<=: [>|]-?(?: #.*)?)(?:\n(?:\k<indent> +\S.*)?)+)?$/gm,
  );
  return [...parts].map(({ groups: { line = '', comment = '', block = '' } = {} }) => ({
    text: line + block,
    isMarked: comment.startsWith('# CHANGE'),
  }));
}

const mustChange = ({ text }: Part): boolean =>
  OF_THE_READER.test(text) || PLACEHOLDERS.some((pattern) => pattern.test(text));

/** The parts that need a mark and have none, and those that have one without need. */
function wrongIn(workflow: string): string[] {
  return partsOf(workflow)
    .filter((part) => part.isMarked !== mustChange(part))
    .map(({ text }) => text.trim());
}

const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((file) => file.endsWith('.yml'));

describe('examples', () => {
  test.each(EXAMPLES)('%s marks what must be changed, and nothing else', (file) => {
    const workflow = read(`examples/${file}`);
    expect(wrongIn(workflow)).toEqual([]);
    expect(partsOf(workflow).filter(({ isMarked }) => isMarked)).not.toEqual([]);
  });
});

describe('a mark that is', () => {
  test.each([
    ['missing', '  aws-region: eu-west-1'],
    ['missing for a value that looks like no placeholder', '  ROLE: arn:aws:iam::1:role/x'],
    ['missing behind another comment', '  - cron: 1 2 * * * # in UTC'],
    ['missing for a block', 'if: >-\n  a &&\n\n  startsWith(b, "eu-west-1")'],
    ['needless', 'runs-on: ubuntu-latest # CHANGE'],
    ['needless for a block', 'run: | # CHANGE\n  echo $AWS_REGION'],
  ])('%s is found', (_, part) => {
    expect(wrongIn(`jobs:\n${part}\non: push # eu-west-1\n# my-project`)).toHaveLength(1);
  });

  test('right is not', () => {
    const workflow = 'if: >- # CHANGE\n  "eu-west-1"\nrun: |\n  # CHANGE\nROLE: ${{ env.ROLE }}';
    expect(wrongIn(workflow)).toEqual([]);
  });
});
