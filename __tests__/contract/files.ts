import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ActionTexts } from '../../scripts/readme-tables/render-tables.ts';
import type { Release } from '../../scripts/readme-tables/repository.ts';

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
/** What package.json says about this action. */
export const RELEASE = JSON.parse(read('package.json')) as Release;

/** The texts of a Markdown file's code blocks of one language. */
export function codeBlocks(markdown: string, language: string): string[] {
  const blocks = markdown.matchAll(/^```(?<language>\w*)\n(?<text>[^]*?)^```$/gm);
  return [...blocks].flatMap(({ groups }) =>
    groups?.['language'] === language ? [groups['text'] ?? ''] : [],
  );
}
