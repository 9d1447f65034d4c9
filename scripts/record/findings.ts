import type { Switches } from '../../simulator/index.ts';
import { BUILD_QUESTIONS } from './build-questions.ts';
import { factsOf, type Facts } from './facts.ts';
import { open } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Call } from './recording.ts';
import { RETRY_QUESTIONS } from './retry-questions.ts';
import { VIEW_QUESTIONS } from './view-questions.ts';

export type Findings = Readonly<Record<keyof Switches, Finding>>;

/** One question for each switch of the simulator: a new switch does not compile until it has one. */
const QUESTIONS: Readonly<Record<keyof Switches, (facts: Facts) => Finding>> = {
  ...VIEW_QUESTIONS,
  ...RETRY_QUESTIONS,
  ...BUILD_QUESTIONS,
  emptyFirstLogPage: () => open('logs are not recorded: they contain whatever a build prints'),
};

/** Says of every switch of the simulator whether the recorded service did so. */
export function findingsOf(calls: readonly Call[]): Findings {
  const facts = factsOf(calls);
  const entries = Object.entries(QUESTIONS).map(([name, ask]) => [name, ask(facts)]);
  return Object.fromEntries(entries) as Findings;
}

/** The findings as a Markdown table, the answered ones first. */
export function findingsTable(findings: Findings): string {
  const rank = { yes: 0, no: 1, open: 2 };
  const rows = Object.entries(findings)
    .sort(([, one], [, other]) => rank[one.answer] - rank[other.answer])
    .map(([name, { answer, seen }]) => `| \`${name}\` | ${answer} | ${seen} |`);
  return ['| Switch | Does CodeBuild do this? | Evidence |', '| --- | --- | --- |', ...rows].join(
    '\n',
  );
}
