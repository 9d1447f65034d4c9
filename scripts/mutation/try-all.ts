import type { Instrumented, Mutant } from './mutants.ts';
import { Trials, type Verdict } from './trials.ts';

/** A process takes longer to start than to try so many mutants. */
const LEAST_SHARE = 20;

/**
 * Tries all mutants of some files with all test files, until each is killed or has survived them.
 *
 * @param files by name, relative to the working directory, as the test files are
 * @param testFiles the first are those that are likely to kill the most
 * @param processes how many run at a time
 * @param log is given a line for each step
 * @returns the verdict on each mutant, by its id; there is none on those that no test reaches
 */
export async function tryAll(
  files: ReadonlyMap<string, Instrumented>,
  testFiles: readonly string[],
  processes: number,
  log: (line: string) => void,
): Promise<ReadonlyMap<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  const loadedBy = new Map<string, string[]>();
  const isAlive = ({ id }: Mutant): boolean => (verdicts.get(id) ?? 'survived') === 'survived';
  const mutants = [...files.values()].flatMap((file) => file.mutants);
  const trials = await Trials.begin(new Map([...files].map(([name, { code }]) => [name, code])));
  try {
    const related = await trials.related(testFiles);
    log(
      `Mutants: ${mutants.length} (source files: ${files.size}, related test files: ${related.length})`,
    );
    for (const testFile of related) {
      const alive = mutants.filter(isAlive).map(({ id }) => id);
      if (alive.length === 0) break;
      await inParallel(processes, shares(alive, processes), async (share) => {
        const tried = await trials.try(testFile, share);
        for (const [id, verdict] of tried.verdicts) verdicts.set(id, verdict);
        for (const id of tried.atLoad) loadedBy.set(id, [...(loadedBy.get(id) ?? []), testFile]);
      });
      const left = mutants.filter(isAlive).length;
      log(`${testFile}: ${alive.length - left} of ${alive.length} mutants killed`);
    }

    const atLoad = mutants.filter((mutant) => isAlive(mutant) && loadedBy.has(mutant.id));
    log(`Mutants of code that runs while modules load, tried in a process each: ${atLoad.length}`);
    await inParallel(processes, atLoad, async ({ id }) => {
      const [likely, ...others] = inOrderOf(related, loadedBy.get(id) ?? []);
      const isKilled =
        (await trials.isKilledAtLoad(id, [likely ?? ''])) ||
        (others.length > 0 && (await trials.isKilledAtLoad(id, others)));
      verdicts.set(id, isKilled ? 'killed' : 'survived');
    });
  } finally {
    await trials.end();
  }
  return verdicts;
}

function inOrderOf(all: readonly string[], some: readonly string[]): string[] {
  return all.filter((one) => some.includes(one));
}

/** Each gets some of every part of a file, so that all have about as much to do. */
function shares<T>(items: readonly T[], most: number): T[][] {
  const count = Math.min(most, Math.ceil(items.length / LEAST_SHARE));
  return Array.from({ length: count }, (_, which) =>
    items.filter((_item, index) => index % count === which),
  );
}

async function inParallel<T>(
  workers: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}
