import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ActionTexts } from '../../scripts/docs-tables/render-tables.ts';
import type { Release } from '../../scripts/docs-tables/repository.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export interface Action extends ActionTexts {
  readonly name: string;
  readonly description: string;
  readonly author: string;
  readonly branding: Readonly<Record<string, string>>;
  readonly runs: Readonly<Record<string, string>>;
}

export const ACTION = parse(read('action.yml')) as Action;
export const README = read('README.md');
/** The pages for those who use or change this action. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
  'examples/README.md',
  'examples/aws/README.md',
  'bench/README.md',
  '__tests__/README.md',
];
/** What package.json says about this action. */
export const RELEASE = JSON.parse(read('package.json')) as Release;

/** The texts of a Markdown file's code blocks of one language. */
export function codeBlocks(markdown: string, language: string): string[] {
  const blocks = markdown.matchAll(/^```(?<language>\w*)\n(?<text>[^]*?)^```$/gm);
  return [...blocks].flatMap(({ groups }) =>
    groups?.['language'] === language ? [groups['text'] ?? ''] : [],
  );
}
