import { join } from 'node:path';
import process from 'node:process';

// Of the scripts that tests start as processes, dozens of times: their TypeScript, and the SDK.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node');

const pure = { lines: 100, functions: 100, branches: 95 };
const others = { lines: 95, functions: 95 };

/** Folders whose tests add nothing to the coverage of src/ and run faster where it is not counted. */
const uncounted = [
  'bench',
  'cli',
  'contract',
  'e2e',
  'judges',
  'mutation',
  'properties',
  'record',
  'simulator',
];

/** In ms; Jest takes it for all projects alone. A guard against hanging, not a measure: machines are busy. */
export const testTimeout = 60_000;

/** What is the same for all tests. */
export const project = {
  testEnvironment: '<rootDir>/__tests__/support/environment.ts',
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      },
    ],
  },
  errorOnDeprecated: true,
  restoreMocks: true,
};

/** @type {import('jest').Config} */
export default {
  projects: [
    { ...project, testPathIgnorePatterns: [`/__tests__/(?:${uncounted.join('|')})/`] },
    {
      ...project,
      testMatch: [`<rootDir>/__tests__/{${uncounted.join(',')}}/**/*.test.ts`],
      coveragePathIgnorePatterns: ['/'],
    },
  ],
  // More than there are cores: the tests of the bundle wait more than they work.
  maxWorkers: 4,
  // Not the entry points, which end the process: __tests__/e2e runs them as the bundle has them.
  collectCoverageFrom: ['src/**/*.ts', '!src/{index,post-entry}.ts'],
  coverageReporters: ['text-summary', 'lcovonly'],
  // Of a folder as a whole; `global` is what is in none of them: the files of src/ itself.
  coverageThreshold: {
    './src/async/': pure,
    './src/commit-status/': pure,
    './src/domain/': pure,
    './src/pull-request-comment/': pure,
    './src/report/': pure,
    './src/text/': { lines: 100, functions: 100 },
    './src/aws/': others,
    './src/github/': others,
    './src/inputs/': others,
    './src/steps/': others,
    global: others,
  },
  testTimeout,
};
