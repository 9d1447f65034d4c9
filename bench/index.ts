// How fast, small and sparing the committed bundle is: measures all figures and prints them as a table.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { calls, crowd, growth, lags, largeBatches, scriptSize, startAndMemory } from './figures.ts';
import { readPeer } from './peer.ts';
import { renderTable, replaceFigures } from './table.ts';

const { values } = parseArgs({
  options: {
    /** How often each program is started. */
    rounds: { type: 'string', default: '15' },
    /** Puts the table into bench/README.md. */
    write: { type: 'boolean', default: false },
    /** A folder with another action, which is started in the same rounds. */
    peer: { type: 'string' },
    /** Inputs of that action, as name=value. */
    input: { type: 'string', multiple: true, default: [] },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number.');
const peer = values.peer === undefined ? null : readPeer(values.peer, values.input);

const began = performance.now();
const table = renderTable([
  ...(await startAndMemory(rounds, peer)),
  scriptSize(),
  ...(await lags()),
  ...(await calls()),
  await crowd(),
  ...(await largeBatches()),
  ...(await growth()),
]);
const took = Math.round((performance.now() - began) / 1000);
const text = `${table}

Node.js ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores; ${rounds} rounds, ${took} s in all.`;
console.log(text);
if (values.write) {
  const readme = join(import.meta.dirname, 'README.md');
  writeFileSync(readme, replaceFigures(readFileSync(readme, 'utf8'), text));
}
