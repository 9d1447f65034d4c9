/** `npm run bench`: how fast, small and sparing the action is. See README.md beside it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runCommand, UsageError } from '../scripts/cli/command.ts';
import {
  calls,
  crowds,
  describeCrowd,
  growth,
  lags,
  largeBatches,
  scriptSize,
  startAndMemory,
} from './figures.ts';
import { type Peer, readPeer } from './peer.ts';
import { renderTable, replaceFigures } from './table.ts';

const HELP = `usage: npm run bench -- [--rounds number] [--write] [--peer folder [--input name=value]...]
       npm run bench -- --steps number

Measures the bundle in dist/: start-up, memory, size, calls and lag, and compares them with their targets.
It takes a few minutes; bench/README.md explains the figures.

  --rounds  how many times each program is started (default: 15)
  --write   writes the table into bench/README.md
  --peer    the folder of another action, to start it in the same rounds
  --input   an input of that action; may be repeated
  --steps   instead of all that: simulates this many steps that retry at once, and prints how they end`;

await runCommand(
  {
    name: 'bench',
    help: HELP,
    options: {
      rounds: { type: 'string', default: '15' },
      write: { type: 'boolean', default: false },
      peer: { type: 'string' },
      input: { type: 'string', multiple: true, default: [] },
      steps: { type: 'string' },
    },
  },
  async ({ rounds, write, peer: folder, input, steps }) => {
    if (steps !== undefined) {
      console.log(await describeCrowd(wholeNumber('steps', steps)));
      return 0;
    }
    if (folder === undefined && input.length > 0) {
      throw new UsageError('--input is for the action that --peer names: give both.');
    }
    const peer = folder === undefined ? null : peerIn(folder, input);
    const text = await measure(wholeNumber('rounds', rounds), peer);
    console.log(text);
    if (write) {
      const readme = join(import.meta.dirname, 'README.md');
      writeFileSync(readme, replaceFigures(readFileSync(readme, 'utf8'), text));
    }
    return 0;
  },
);

function wholeNumber(option: string, given: string): number {
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1) {
    throw new UsageError(`--${option}: "${given}" is not a whole number from 1.`);
  }
  return number;
}

function peerIn(folder: string, inputs: readonly string[]): Peer {
  try {
    return readPeer(folder, inputs);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function measure(rounds: number, peer: Peer | null): Promise<string> {
  const began = performance.now();
  const table = renderTable([
    ...(await startAndMemory(rounds, peer)),
    scriptSize(),
    ...(await lags()),
    ...(await calls()),
    ...(await crowds()),
    ...(await largeBatches()),
    ...(await growth()),
  ]);
  const took = Math.round((performance.now() - began) / 1000);
  return `${table}

Node.js ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores; ${rounds} rounds, ${took} s in all.`;
}
