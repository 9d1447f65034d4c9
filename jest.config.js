import { join } from 'node:path';
import process from 'node:process';

// Of the scripts that tests start as processes, dozens of times: their TypeScript, and the SDK.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node');

const coverageOfThePureRooms = { lines: 100, functions: 100, branches: 95 };

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // More than there are cores: the tests of the bundle wait more than they work.
  maxWorkers: 4,
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
  // Only where there is a threshold: counting costs time.
  collectCoverageFrom: ['src/{domain,report}/**/*.ts'],
  coverageReporters: ['text-summary', 'lcovonly'],
  coverageThreshold: {
    './src/domain/': coverageOfThePureRooms,
    './src/report/': coverageOfThePureRooms,
  },
  errorOnDeprecated: true,
  restoreMocks: true,
  // A guard against hanging, not a measure: machines are busy.
  testTimeout: 60_000,
};
