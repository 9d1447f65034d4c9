import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { diagram } from '../../src/report/summary/diagram.ts';
import { renderSummaries } from '../../src/report/summary/summary.ts';
import {
  codeBlocksOf,
  elementsRemoved,
  headingsOf,
  renderOnGitHub,
} from '../support/github-markdown.ts';
import { GOLDEN } from '../support/outcomes.ts';

describe('golden summaries', () => {
  test.each(Object.entries(GOLDEN))('%s', (name, outcome) => {
    const path = new URL(`golden/${name}.md`, import.meta.url);
    const summary = renderSummaries(outcome)['job-summary'];
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, summary);
    expect(existsSync(path)).toBe(true);
    expect(summary).toBe(readFileSync(path, 'utf8'));

    const html = renderOnGitHub(summary);
    expect(elementsRemoved(summary)).toEqual([]);
    expect(headingsOf(html).filter(({ level }) => level === 2)).toHaveLength(1);
    // Verbatim: diagram.test.ts checks that Mermaid accepts it.
    const diagrams = codeBlocksOf(html).filter(({ language }) => language === 'mermaid');
    expect(diagrams.map(({ text }) => `\`\`\`mermaid\n${text}\`\`\``).join('')).toBe(
      diagram(outcome.groups),
    );
  });
});
