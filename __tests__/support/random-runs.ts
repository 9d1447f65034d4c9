const { FUZZ_RUNS, FUZZ_SEED } = process.env;
/** Any: `npm cit` must not fail for a change that it does not test. */
const FIXED_SEED = 20261126;

/**
 * How many random runs a property has, and which: a fixed sample in `npm cit`, other ones each time in
 * `npm run fuzz`. The seed is printed on a failure; with FUZZ_SEED the same ones are run again.
 *
 * @param share of the runs that were asked for
 * @param sample the fixed ones, of which it is the share: fewer where a run takes long
 */
export function randomRuns(
  share = 1,
  sample = 1000,
): { readonly numRuns: number; readonly seed?: number } {
  const seed = FUZZ_SEED ?? (FUZZ_RUNS === undefined ? FIXED_SEED : undefined);
  const numRuns = Math.ceil(Number(FUZZ_RUNS ?? sample) * share);
  return seed === undefined ? { numRuns } : { numRuns, seed: Number(seed) };
}
