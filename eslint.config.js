import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

// The fence: which room may import from which, and what the pure rooms may not touch.
const group = (patterns, message) => ({ group: patterns, message });
const NO_AWS_SDK = group(['@aws-sdk/*', '@smithy/*'], 'Only src/aws/ speaks to AWS.');
const NO_ACTIONS = group(['@actions/*'], 'Only src/github/ speaks to GitHub and its runner.');
const NO_NODE = group(
  ['node:*', 'fs', 'path', 'crypto'],
  'A pure room takes effects as arguments.',
);
const noRoom = (...rooms) =>
  group(
    rooms.flatMap((room) => [`**/${room}/*`, `**/${room}.ts`]),
    `This room does not import from: ${rooms.join(', ')}.`,
  );

const imports = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

const PURE = {
  'no-restricted-globals': [
    'error',
    ...[
      'process',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'queueMicrotask',
      'fetch',
      'console',
      'performance',
      'crypto',
      'globalThis',
    ].map((name) => ({ name, message: 'A pure room takes effects as arguments.' })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Take the time as an argument.' },
    { object: 'Math', property: 'random', message: 'Take randomness as an argument.' },
  ],
  'no-restricted-syntax': [
    'error',
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      message: 'Take the time as an argument.',
    },
  ],
};

export default defineConfig(
  { ignores: ['dist/', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/domain/**'],
    rules: {
      ...PURE,
      ...imports(
        NO_AWS_SDK,
        NO_ACTIONS,
        NO_NODE,
        noRoom('report', 'aws', 'github', 'run', 'main', 'inputs'),
      ),
    },
  },
  {
    files: ['src/report/**'],
    rules: {
      ...PURE,
      ...imports(NO_AWS_SDK, NO_ACTIONS, NO_NODE, noRoom('aws', 'github', 'run', 'main', 'inputs')),
    },
  },
  {
    files: ['src/aws/**'],
    rules: imports(NO_ACTIONS, noRoom('report', 'github', 'run', 'main', 'inputs')),
  },
  {
    files: ['src/github/**'],
    rules: imports(NO_AWS_SDK, noRoom('report', 'aws', 'run', 'main', 'inputs')),
  },
  {
    files: ['src/run.ts', 'src/steps/**', 'src/ports.ts'],
    rules: {
      ...PURE,
      ...imports(NO_AWS_SDK, NO_ACTIONS, NO_NODE, noRoom('aws', 'github', 'main')),
    },
  },
  {
    files: ['src/inputs/**'],
    rules: {
      ...PURE,
      ...imports(NO_AWS_SDK, NO_ACTIONS, NO_NODE, noRoom('github', 'run', 'main', 'report')),
    },
  },
  {
    files: ['src/{main,publish,index,post-entry}.ts'],
    rules: imports(NO_AWS_SDK, NO_ACTIONS),
  },
  {
    files: ['simulator/domain/**'],
    rules: {
      ...PURE,
      ...imports(NO_AWS_SDK, NO_ACTIONS, NO_NODE, noRoom('protocol', 'server', 'src')),
    },
  },
  {
    files: ['simulator/**', 'src/**'],
    ignores: ['simulator/domain/**'],
    rules: {},
  },
  {
    files: ['simulator/{cli,demo}.ts', 'simulator/demo/**', 'scripts/**', 'bench/index.ts'],
    rules: { 'no-console': 'off' },
  },
);
