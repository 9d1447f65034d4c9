import { DESCRIPTIONS, type Scenario, SCENARIOS } from '../../simulator/index.ts';
import { closest } from '../../src/text/closest.ts';
import { UsageError } from './command.ts';

const NAMES = Object.keys(SCENARIOS);
const INDENT = 2 + Math.max(...NAMES.map((name) => name.length));

/** The scenarios with a line for each, as help texts show them. */
export const SCENARIO_LIST = Object.entries(DESCRIPTIONS)
  .map(([name, description]) => `  ${name.padEnd(INDENT)}${description}`)
  .join('\n');

/** @throws UsageError if there is no such scenario */
export function scenarioNamed(name: string): Scenario {
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (scenario !== undefined) return scenario;
  const similar = closest(name, NAMES);
  throw new UsageError(
    similar === null
      ? `Unknown scenario "${name}": choose one of ${NAMES.join(', ')}.`
      : `Unknown scenario "${name}": did you mean ${similar}?`,
  );
}
