import { describe, expect, test } from '@jest/globals';
import { ACTION } from './files.ts';
import { EXAMPLES, HERE, named, problemsIn, valuesOf } from './workflow-files.ts';
import { OURS, REUSABLE, REUSABLE_USES } from './workflow-rules.ts';

interface CallInput {
  readonly type: string;
  readonly default?: string | number | boolean;
  readonly required?: true;
}

describe('the reusable workflow', () => {
  const reusable = HERE.find(({ path }) => path === REUSABLE);
  const { workflow_call: call } = reusable?.on as {
    workflow_call: { inputs: Readonly<Record<string, CallInput>> };
  };
  const job = reusable?.jobs['retry'];
  const example = EXAMPLES.find(({ path }) => path.endsWith('/retry-on-red-status.yml'));
  const exampleJob = example?.jobs['retry'];

  test('has the inputs of the action, but those that name the batch, and the token', () => {
    const others = ['batch-id', 'project-name', 'commit', 'github-token'];
    const names = Object.keys(ACTION.inputs).filter((name) => !others.includes(name));
    expect(Object.keys(call.inputs).sort()).toEqual(names.sort());
  });

  test('hands each of them to the action', () => {
    const given = Object.keys(call.inputs).map((name) => [name, `\${{ inputs.${name} }}`] as const);
    expect(job?.steps).toEqual([
      {
        uses: OURS,
        with: { 'batch-id': '${{ github.event.target_url }}', ...Object.fromEntries(given) },
      },
    ]);
  });

  test('has the defaults of the example, and for the rest those of the action', () => {
    const [step] = exampleJob?.steps ?? [];
    const values = step === undefined ? {} : valuesOf(step);
    for (const [name, input] of Object.entries(call.inputs)) {
      if (input.required === true) {
        expect(['aws-region', 'role-to-assume']).toContain(name);
      } else {
        const expected = values[name] ?? ACTION.inputs[name]?.default ?? '';
        expect([name, String(input.default)]).toEqual([name, expected]);
        expect([name, typeof input.default]).toEqual([name, input.type]);
      }
    }
  });

  test('is the job of the example, in all partitions', () => {
    expect(Object.keys(reusable?.jobs ?? {})).toEqual(['retry']);
    expect(job?.concurrency).toEqual(exampleJob?.concurrency);
    expect(job?.['timeout-minutes']).toBe(exampleJob?.['timeout-minutes']);
    const condition = job?.if?.replaceAll(
      /format\('(?<before>[^']*)\{0\}(?<after>[^']*)', inputs\.aws-region\)/g,
      "'$<before>eu-west-1$<after>'",
    );
    const hosts = ['aws.amazon.com', 'amazonaws.cn', 'amazonaws-us-gov.com', 'amazonaws-eusc.eu'];
    const [before = '', prefixes = ''] = exampleJob?.if?.split(/(?=\(startsWith)/) ?? [];
    const forAll = hosts.map((host) => prefixes.slice(1, -1).replaceAll('aws.amazon.com', host));
    expect(condition).toBe(`${before}(${forAll.join(' || ')})`);
  });

  const callers = EXAMPLES.filter(({ path }) => path.includes('/organization-'));

  describe.each(named(callers))('is called by %s', (_, { jobs, text, on }) => {
    const [caller] = Object.values(jobs);
    const values = Object.fromEntries(
      Object.entries(call.inputs).map(([name, input]) => [
        name,
        caller?.with?.[name] ?? input.default ?? '',
      ]),
    );

    test('on a status, in ten lines', () => {
      expect(on).toBe('status');
      expect(caller?.uses).toBe(REUSABLE_USES);
      expect(text.match(/^(?! *#|name:).+$/gm)?.length).toBeLessThanOrEqual(10);
    });

    test('with inputs of the right types, which the code takes', () => {
      const given = Object.entries(caller?.with ?? {});
      expect(given.map(([name, value]) => [name, typeof value])).toEqual(
        given.map(([name]) => [name, call.inputs[name]?.type]),
      );
      expect(problemsIn(valuesOf({ with: { 'batch-id': 'demo:1', ...values } }))).toEqual([]);
    });

    test('with the permissions of the features in use, and no others', () => {
      expect(caller?.permissions).toEqual({
        'id-token': 'write',
        ...(values['commit-status'] === true && values['wait'] === true && { statuses: 'write' }),
      });
    });
  });

  test('has one caller for each set of permissions', () => {
    const sets = callers.map(({ jobs }) => JSON.stringify(jobs['retry']?.permissions));
    expect(sets).toHaveLength(2);
    expect(new Set(sets).size).toBe(2);
  });
});
