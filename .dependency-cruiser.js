// Which layer imports which: CONTRIBUTING.md, "Project layout". What is not listed is an error.

/** Folders and files of src/, and what each may import besides itself. */
const LAYERS = {
  text: [],
  async: ['text'],
  domain: ['async', 'text'],
  'commit-status': ['domain', 'async', 'text', 'ports'],
  'pull-request-comment': ['domain', 'async', 'text', 'ports'],
  report: ['commit-status', 'pull-request-comment', 'domain', 'async', 'text'],
  aws: ['domain', 'async', 'text', 'ports'],
  github: ['commit-status', 'pull-request-comment', 'domain', 'async', 'text', 'ports'],
  store: ['domain'],
  ports: ['commit-status', 'pull-request-comment', 'domain', 'async', 'store'],
  inputs: ['aws', 'domain', 'text', 'ports'],
  steps: ['domain', 'async', 'text', 'ports', 'store', 'inputs'],
  run: ['steps', 'domain', 'async', 'ports', 'store', 'inputs'],
  process: ['async'],
  optional: ['text', 'github'],
  'set-outputs': ['report', 'github', 'optional'],
  'step-log': [
    ...['report', 'commit-status', 'pull-request-comment', 'domain', 'github'],
    'optional',
  ],
  publish: ['report', 'domain', 'text', 'github', 'optional', 'set-outputs'],
};
/** Layers that meet the world, each with the packages that only it imports. */
const ADAPTERS = { aws: '^@(aws-sdk|smithy)/', github: '^@actions/' };
/** Layers that may use what Node.js brings. */
const USE_NODE = ['aws', 'github', 'process', 'main'];

const path = (...names) => `^src/(${names.join('|')})(/|\\.ts$)`;

export default {
  forbidden: [
    { name: 'circle', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(LAYERS).map(([name, allowed]) => ({
      name: `layer-${name}`,
      severity: 'error',
      from: { path: path(name) },
      to: { path: '^src/', pathNot: path(name, ...allowed) },
    })),
    ...Object.entries(ADAPTERS).map(([name, packages]) => ({
      name: `only-${name}-imports`,
      severity: 'error',
      from: { path: '^src/', pathNot: path(name) },
      to: { path: `node_modules/${packages.slice(1)}` },
    })),
    {
      name: 'effects-are-injected',
      severity: 'error',
      from: { path: '^src/', pathNot: path(...USE_NODE) },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'simulator-stands-alone',
      severity: 'error',
      from: { path: '^simulator/' },
      to: { path: '^(src|scripts|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
