// Writes README.md's tables of inputs and outputs from action.yml, and its IAM policy and table of
// permissions from readme-tables/permissions.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { renderTables, type ActionTexts } from './readme-tables/render-tables.ts';
import { renderPermissions } from './readme-tables/render-permissions.ts';

const action = parse(readFileSync('action.yml', 'utf8')) as ActionTexts;
const readme = readFileSync('README.md', 'utf8');
writeFileSync('README.md', renderPermissions(renderTables(readme, action)));
