import { readFileSync } from 'node:fs';
import swcJest from '@swc/jest';
import type { Settings } from './trials.ts';

type Options = Parameters<typeof swcJest.createTransformer>[0];
type Transformer = ReturnType<typeof swcJest.createTransformer>;

/** Compiles as the tests' own transformer does, but the code with mutants where there is some. */
export function createTransformer(options: Options): Transformer {
  const settings = readFileSync(process.env['MUTATION_SETTINGS'] ?? '', 'utf8');
  const code = new Map(Object.entries((JSON.parse(settings) as Settings).code));
  const compiler = swcJest.createTransformer(options);
  const { process: compile, processAsync: compileAsync } = compiler;
  if (compile === undefined || compileAsync === undefined) throw new Error('@swc/jest has changed');
  return {
    ...compiler,
    process: (text, path, given) => compile(code.get(path) ?? text, path, given),
    processAsync: (text, path, given) => compileAsync(code.get(path) ?? text, path, given),
  };
}

export default { createTransformer };
