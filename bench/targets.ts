/** What the figures are to reach. The tests in `__tests__/bench/` assert all but the ratios of time and memory. */
export const TARGETS = {
  /** Process start to first API call, in time and in CPU time, divided by a bundle of the CodeBuild client alone. */
  startToClientAlone: 1.05,
  /** … divided by bare Node.js doing one HTTP request. */
  startToBareNode: 2.8,
  /** Peak memory, divided by that of bare Node.js. */
  memoryToBareNode: 1.8,
  /** All script in dist/, in bytes: what was reached, and 5%. */
  scriptBytes: 1_032_000,
  /** Mean from the end of a batch to the end of the step where its end can be predicted, in seconds. */
  lagSeconds: 4,
  /** Calls where its end was predicted wrongly, divided by those of a poll every 15 s. Else they are no more. */
  wrongHintCalls: 1.01,
  /** The same with history: the two calls that read it, and one poll that came too soon. */
  historyCalls: 1.03,
  /** Calls of one poll, whatever the number of groups. */
  callsPerPoll: 1,
  /**
   * Calls of a recovered run of 20 minutes; one of them is the poll right before the retry, and one reads
   * how long the flaky groups took in earlier batches.
   */
  recoveredCalls: 92,
  /** Calls of many throttled steps, divided by those they make unthrottled. */
  crowdCalls: 1.25,
  /** How many of these calls are throttled. */
  throttledShare: 0.5,
  /** How long the slowest of a large crowd takes, divided by the mean. */
  crowdSpread: 2,
  /** From the last answer to the end of the step with 500 groups of 10 attempts, in ms. */
  conclusionMs: 300,
  /** By how much work may grow where the batch is twice as large. */
  growthPerDoubling: 2.5,
  /** What GitHub takes of a job summary, in bytes of UTF-8. */
  summaryBytes: 1024 * 1024 - 1,
  /** All outputs together, in UTF-16 code units. */
  outputUnits: 500_000,
} as const;
