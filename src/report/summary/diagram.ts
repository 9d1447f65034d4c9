import type { BuildState } from '../../domain/status.ts';
import { countedGroups, type GroupView } from '../../domain/groups.ts';
import { count } from '../../text/plural.ts';
import { oneLine } from '../../text/escape.ts';

/** Mermaid's defaults, which GitHub does not change: `maxTextSize` and `maxEdges` (Mermaid documentation). */
const MOST_CHARACTERS = 50_000;
const MOST_EDGES = 500;
/** Beyond this it is unreadable. */
const MOST_NODES = 150;
const LONGEST_LABEL = 60;

/** White on each of these can be read in GitHub's light and dark themes. */
const CLASSES = {
  succeeded: '#1a7f37',
  flaky: '#9a6700',
  failed: '#cf222e',
  ignored: '#bc4c00',
  running: '#0969da',
  waiting: '#0969da',
  notBegun: '#6e7781',
  notRun: '#6e7781',
  notKnown: '#6e7781',
} as const;

type Class = keyof typeof CLASSES;

/** The meaning of each color in words; green needs none. */
const WORDS: Readonly<Record<Class, string>> = {
  succeeded: '',
  flaky: '⚠ flaky',
  failed: 'failed',
  ignored: 'failed, ignored',
  running: 'running',
  waiting: 'not started',
  notBegun: 'not started',
  notRun: 'not run',
  notKnown: 'unknown',
};

/**
 * The build graph as a Mermaid flowchart, colored by how each group ended.
 *
 * @returns Markdown; empty if no group depends on another; a sentence if the graph is too large
 */
export function diagram(groups: readonly GroupView[]): string {
  const nodes = countedGroups(groups);
  const ids = new Map(nodes.map(({ identifier }, index) => [identifier, `g${index}`]));
  const dependencies = nodes.map(({ dependsOn }) =>
    dependsOn.filter((dependency) => ids.has(dependency)),
  );
  const edges = dependencies.reduce((sum, ids) => sum + ids.length, 0);
  if (edges === 0) return '';
  const tooLarge = `The build graph is too large to draw: ${count(nodes.length, 'build group')} and ${count(edges, 'dependency', 'dependencies')}.`;
  if (nodes.length > MOST_NODES || edges > MOST_EDGES) return tooLarge;
  const source = [
    'flowchart LR',
    ...nodes.map((group, index) => `  g${index}["${label(group)}"]:::${classOf(group)}`),
    ...dependencies.flatMap((before, index) =>
      before.map((dependency) => `  ${ids.get(dependency)} --> g${index}`),
    ),
    ...classesUsed(nodes).map(
      (name) => `  classDef ${name} fill:${CLASSES[name]},stroke:${CLASSES[name]},color:#fff`,
    ),
  ].join('\n');
  if (source.length > MOST_CHARACTERS) return tooLarge;
  return `\`\`\`mermaid\n${source}\n\`\`\``;
}

function classesUsed(nodes: readonly GroupView[]): Class[] {
  return [...new Set(nodes.map(classOf))];
}

/** Of a group that is neither failed nor flaky. */
const CLASS_OF_STATE: Readonly<Record<BuildState, Class>> = {
  succeeded: 'succeeded',
  failed: 'ignored',
  stopped: 'notRun',
  running: 'running',
  waiting: 'waiting',
  'not-begun': 'notBegun',
};

function classOf(group: GroupView): Class {
  if (group.failed) return 'failed';
  if (group.ofEarlierAttempt) return 'notKnown';
  return group.flaky ? 'flaky' : CLASS_OF_STATE[group.state];
}

/** Identifiers are letters, digits and underscores; anything else is written as Mermaid's entity code. */
function label(group: GroupView): string {
  const name = (oneLine(group.identifier, LONGEST_LABEL) || '?')
    .toWellFormed()
    .replace(/\W/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
  const word = WORDS[classOf(group)];
  return word === '' ? name : `${name}<br/>${word}`;
}
