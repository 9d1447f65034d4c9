import type { Runner } from './github/runner.ts';
import type { Optional } from './optional.ts';
import type { OutputName } from './report/outputs.ts';

export type Outputs = Partial<Record<OutputName, string>>;

/** Sets each output; one warning names those that could not be set. */
export function setOutputs(outputs: Outputs, runner: Runner, optional: Optional): void {
  const failures = new Map<string, unknown>();
  for (const [name, value] of Object.entries(outputs)) {
    try {
      runner.setOutput(name, value);
    } catch (error) {
      failures.set(name, error);
    }
  }
  const [first] = failures.values();
  if (failures.size > 0) {
    optional.failed(`The outputs could not be set (${[...failures.keys()].join(', ')})`, first);
  }
}
