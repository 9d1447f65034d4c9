import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cwd, env } from 'node:process';
import { project, testTimeout } from '../../jest.config.js';

const rootDir = cwd();
const { folder } = JSON.parse(readFileSync(env.MUTATION_SETTINGS ?? '', 'utf8'));
const own = (name) => join(import.meta.dirname, name);

/** As the tests run otherwise, but on files that carry their mutants. */
export default {
  ...project,
  rootDir,
  // Without node_modules, which each of many processes would walk through.
  roots: ['src', '__tests__', 'simulator', 'scripts', 'bench']
    .map((name) => join(rootDir, name))
    .filter(existsSync),
  cacheDirectory: join(folder, 'cache'),
  testTimeout,
  testEnvironment: own('environment.ts'),
  transform: Object.fromEntries(
    Object.entries(project.transform).map(([pattern, [, swc]]) => [
      pattern,
      [own('transformer.ts'), swc],
    ]),
  ),
};
