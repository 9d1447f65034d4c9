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
export function wrongMarksIn(workflow: string): string[] {
  return partsOf(workflow)
    .filter((part) => part.isMarked !== mustChange(part))
    .map(({ text }) => text.trim());
}

/** Whether a part is marked. A comment of its own line is no mark, and no text in a block is. */
export function hasMark(workflow: string): boolean {
  return partsOf(workflow).some(({ isMarked }) => isMarked);
}
