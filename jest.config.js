const coverageOfThePureRooms = { lines: 100, functions: 100, branches: 95 };

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // By default jest leaves a core idle; the tests of the bundle wait more than they work.
  maxWorkers: 3,
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
  collectCoverageFrom: ['src/**/*.ts', 'simulator/**/*.ts'],
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
