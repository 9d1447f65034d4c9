// Writes README.md's tables of inputs and outputs from action.yml.
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { renderTables, type ActionTexts } from './readme-tables/render.ts';

const action = parse(readFileSync('action.yml', 'utf8')) as ActionTexts;
writeFileSync('README.md', renderTables(readFileSync('README.md', 'utf8'), action));
