// How fast, small and sparing the committed bundle is: measures all figures and prints them as a table.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  calls,
  crowds,
  describeCrowd,
  lags,
  largeBatches,
  scriptSize,
  startAndMemory,
} from './figures.ts';
import { readPeer } from './peer.ts';
import { renderTable, replaceFigures } from './table.ts';

const { values } = parseArgs({
  options: {
    /** How often each program is started. */
    rounds: { type: 'string', default: '15' },
    /** Runs a crowd of so many steps instead of all that. */
    steps: { type: 'string' },
    /** Puts the table into bench/README.md. */
    write: { type: 'boolean', default: false },
    /** A folder with another action, which is started in the same rounds. */
    peer: { type: 'string' },
    /** Inputs of that action, as name=value. */
    input: { type: 'string', multiple: true, default: [] },
  },
});
if (values.steps === undefined) await measureAll();
else console.log(await describeCrowd(wholeNumber('steps', values.steps)));

/** Prints the table of all figures. */
async function measureAll(): Promise<void> {
  const rounds = wholeNumber('rounds', values.rounds);
  const peer = values.peer === undefined ? null : readPeer(values.peer, values.input);

  const began = performance.now();
  const table = renderTable([
    ...(await startAndMemory(rounds, peer)),
    scriptSize(),
    ...(await lags()),
    ...(await calls()),
    ...(await crowds()),
    ...(await largeBatches()),
  ]);
  const took = Math.round((performance.now() - began) / 1000);
  const text = `${table}

Node.js ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores; ${rounds} rounds, ${took} s in all.`;
  console.log(text);
  if (values.write) {
    const readme = join(import.meta.dirname, 'README.md');
    writeFileSync(readme, replaceFigures(readFileSync(readme, 'utf8'), text));
  }
}

function wholeNumber(option: string, given: string): number {
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${option} takes a whole number.`);
  return number;
}
