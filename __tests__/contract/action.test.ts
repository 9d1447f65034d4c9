import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DEFAULTS, readInputs } from '../../src/inputs/inputs.ts';
import { OUTPUT_NAMES } from '../../src/report/outputs.ts';
import { ACTION, ROOT } from './files.ts';

const INPUT_NAMES = Object.keys(ACTION.inputs);

/** The names of inputs that the code asks for. */
function namesAskedFor(given: Record<string, string>): Set<string> {
  const names = new Set<string>();
  readInputs((name) => {
    names.add(name);
    return given[name] ?? '';
  }, {});
  return names;
}

describe('inputs', () => {
  test.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['a batch', { 'batch-id': 'demo:1' }],
    ['a project and commit', { 'project-name': 'demo', commit: 'c0ffee0' }],
  ])('given %s, the code asks for those of action.yml, all and only', (_, given) => {
    expect([...namesAskedFor(given)].sort()).toEqual([...INPUT_NAMES].sort());
  });

  test('the defaults of action.yml are those of the code', () => {
    const defaults = Object.entries(ACTION.inputs).flatMap(([name, input]) =>
      'default' in input ? [[name, input.default]] : [],
    );
    // An expression means something to the runner alone.
    const runners = { 'github-token': '${{ github.token }}' };
    expect(Object.fromEntries(defaults)).toEqual({ ...DEFAULTS, ...runners });
  });

  test('the defaults are good, and mean what an absent input means', () => {
    const read = (defaults: Readonly<Record<string, string>>) =>
      readInputs((name) => ({ ...defaults, 'batch-id': 'demo:1' })[name] ?? '', {
        AWS_REGION: 'eu-west-1',
      });
    expect(read(DEFAULTS)).not.toHaveProperty('problems');
    expect(read(DEFAULTS)).toEqual(read({}));
  });
});

describe('outputs', () => {
  test('those of action.yml are those of the code, in the same order', () => {
    expect(Object.keys(ACTION.outputs)).toEqual(OUTPUT_NAMES);
  });
});

describe('texts', () => {
  const wrongIn = (texts: Readonly<Record<string, { description: string }>>): string[] =>
    Object.entries(texts).flatMap(([name, { description }]) => [
      ...(/^[a-z]+(?:-[a-z]+)*$/.test(name) ? [] : [`${name} is no plain name`]),
      ...(/^\S.*\.$/s.test(description) ? [] : [`${name} is not described in sentences`]),
    ]);

  test('have plain names and are described in sentences', () => {
    expect([...wrongIn(ACTION.inputs), ...wrongIn(ACTION.outputs)]).toEqual([]);
    expect(
      wrongIn({ batchId: { description: 'A batch.' }, commit: { description: 'its commit' } }),
    ).toEqual(['batchId is no plain name', 'commit is not described in sentences']);
  });
});

describe('what the runner needs', () => {
  test('the runtime', () => {
    expect(ACTION.runs['using']).toBe('node24');
  });

  test.each(['main', 'post'])('a file of its own as %s', (step) => {
    expect(existsSync(join(ROOT, ACTION.runs[step] ?? ''))).toBe(true);
    const files = [ACTION.runs['main'], ACTION.runs['post']];
    expect(files.filter((file) => file === ACTION.runs[step])).toHaveLength(1);
  });

  test('the post step always: nothing narrows when it runs', () => {
    expect(Object.keys(ACTION.runs).sort()).toEqual(['main', 'post', 'using']);
  });
});

describe('what the Marketplace needs', () => {
  test('a name, an author, and a description that is not cut', () => {
    expect(ACTION.name).toBe('Retry CodeBuild Batch');
    expect(ACTION.author).not.toBe('');
    expect(ACTION.description.length).toBeGreaterThan(0);
    expect(ACTION.description.length).toBeLessThanOrEqual(125);
  });

  test('branding: an icon of Feather and one of the eight colors', () => {
    const colors = ['white', 'yellow', 'blue', 'green', 'orange', 'red', 'purple', 'gray-dark'];
    expect(Object.keys(ACTION.branding).sort()).toEqual(['color', 'icon']);
    expect(colors).toContain(ACTION.branding['color']);
    expect(ACTION.branding['icon']).toBe('refresh-cw');
  });
});
