import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parse } from 'yaml';

/** Another action, to compare with. */
export interface Peer {
  readonly name: string;
  readonly script: string;
  /** As variables. */
  readonly inputs: Readonly<Record<string, string>>;
}

interface Texts {
  readonly inputs?: Readonly<
    Record<string, { readonly default?: string | number | boolean } | null>
  >;
  readonly runs?: { readonly main?: unknown };
}

/**
 * @param folder of the action, with its action.yml, or of its bundle alone: then index.js is run
 * @param given inputs as `name=value`; of the others, the defaults of its action.yml are taken
 * @throws Error if there is no script
 */
export function readPeer(folder: string, given: readonly string[]): Peer {
  const file = ['action.yml', 'action.yaml'].map((name) => join(folder, name)).find(existsSync);
  const { inputs = {}, runs = {} } =
    file === undefined ? {} : (parse(readFileSync(file, 'utf8')) as Texts);
  const script = resolve(folder, typeof runs.main === 'string' ? runs.main : 'index.js');
  if (!existsSync(script)) throw new Error(`--peer: ${script} does not exist.`);
  const defaults = Object.entries(inputs).flatMap(([name, input]) =>
    input?.default === undefined ? [] : [`${name}=${String(input.default)}`],
  );
  return { name: basename(resolve(folder)), script, inputs: variablesOf([...defaults, ...given]) };
}

function variablesOf(inputs: readonly string[]): Record<string, string> {
  const variables = inputs.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new Error(`--input: "${text}" is not of the form name=value.`);
    return [`INPUT_${text.slice(0, at).replaceAll(' ', '_').toUpperCase()}`, text.slice(at + 1)];
  });
  return Object.fromEntries(variables) as Record<string, string>;
}
