import { measureCallsPerPoll, recordRecoveredRun } from './calls.ts';
import { type Crowd, LIMIT, runCrowd } from './crowd.ts';
import { measureGrowth, PAIRS, type Shape } from './growth.ts';
import { measureLags, SITUATIONS, type Situation } from './lag.ts';
import { runLargeBatch, type LargeRun, type LastAttempt } from './large-batch.ts';
import type { Peer } from './peer.ts';
import { measureProcesses, type Samples } from './processes.ts';
import { measureScripts } from './size.ts';
import { mean, median, spread, sum } from './statistics.ts';
import type { Row } from './table.ts';
import { TARGETS } from './targets.ts';

const LARGE_ROUNDS = 5;
const LENGTHS = 20;
const SEEDS = [1, 2, 3];
const GROUPS = [1, 500];
const CROWDS = [60, 200, 1000];
/** Of fewer steps one may be unlucky. */
const LARGE_CROWD = 1000;

const milliseconds = (value: number): string => `${Math.round(value)} ms`;
const kilobytes = (value: number): string => `${Math.round(value / 1000).toLocaleString('en')} kB`;
const megabytes = (value: number): string => `${(value / 1e6).toFixed(1)} MB`;
const count = (value: number): string => value.toLocaleString('en');
const percent = (value: number): string => `${Math.round(value * 100)}%`;

/** Start-up and memory of the bundle, compared with other programs in the same rounds. */
export async function startAndMemory(rounds: number, peer: Peer | null): Promise<Row[]> {
  const { action, client, bare, peer: other } = await measureProcesses(rounds, peer);
  const starts = (name: string, theirs: Samples, target?: number): Row[] => [
    compare(
      `Process start to first API call, ${name}`,
      [action.startMs, theirs.startMs],
      milliseconds,
      target,
    ),
    ...(theirs.cpuMs.length === 0
      ? []
      : [compare(`… in CPU time, ${name}`, [action.cpuMs, theirs.cpuMs], milliseconds, target)]),
  ];
  return [
    ...starts('client alone', client, TARGETS.startToClientAlone),
    ...starts('bare Node.js', bare, TARGETS.startToBareNode),
    ...(peer === null || other === null ? [] : starts(peer.name, other)),
    compare(
      'Peak memory, bare Node.js',
      [action.peakBytes, bare.peakBytes],
      megabytes,
      TARGETS.memoryToBareNode,
    ),
  ];
}

function compare(
  figure: string,
  [ours, theirs]: [readonly number[], readonly number[]],
  format: (value: number) => string,
  target?: number,
): Row {
  const ratio = median(ours) / median(theirs);
  return {
    figure,
    measured: formatMiddleHalf(ours, format),
    yardstick: formatMiddleHalf(theirs, format),
    ratio,
    ...(target === undefined ? {} : { target: `ratio ≤ ${target}`, reached: ratio <= target }),
  };
}

export function scriptSize(): Row {
  const scripts = measureScripts();
  const bytes = sum(scripts.map((script) => script.bytes));
  const each = scripts.map((script) => `${script.name} ${kilobytes(script.bytes)}`).join(', ');
  return {
    figure: 'All script in dist/',
    measured: `${kilobytes(bytes)} (${each})`,
    target: `≤ ${kilobytes(TARGETS.scriptBytes)}`,
    reached: bytes <= TARGETS.scriptBytes,
  };
}

/** In virtual time, for each kind of batch. */
export async function lags(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const situation of SITUATIONS) {
    const { seconds, calls, fixed } = await measureLags(situation, LENGTHS);
    const ratio = sum(calls) / sum(fixed.calls);
    const most = mostCalls(situation);
    const isExact = situation.hints === 'exact';
    rows.push({
      figure: `End of the batch to end of the step: ${situation.name}`,
      measured: formatLag(seconds, calls),
      yardstick: `a poll every 15 s: ${formatLag(fixed.seconds, fixed.calls)}`,
      ratio,
      target: `${isExact ? `mean ≤ ${TARGETS.lagSeconds} s, ` : ''}ratio of calls ≤ ${most}`,
      reached: ratio <= most && (!isExact || mean(seconds) <= TARGETS.lagSeconds),
    });
  }
  return rows;
}

/** Of a step, divided by those of one that polls every 15 s. */
export function mostCalls({ hints, history }: Situation): number {
  if (history) return TARGETS.historyCalls;
  return hints === 'wrong' ? TARGETS.wrongHintCalls : 1;
}

function formatLag(seconds: readonly number[], calls: readonly number[]): string {
  const [average, most] = [mean(seconds), Math.max(...seconds)];
  return `mean ${average.toFixed(1)} s, at most ${most.toFixed(1)} s; ${count(sum(calls))} calls`;
}

/** In virtual time. */
export async function calls(): Promise<Row[]> {
  const perPoll = [];
  for (const groups of GROUPS) perPoll.push(await measureCallsPerPoll(groups));
  const recovered = (await recordRecoveredRun()).length;
  return [
    {
      figure: `Calls per poll, for ${GROUPS.join(' and ')} groups`,
      measured: perPoll.join(' and '),
      target: String(TARGETS.callsPerPoll),
      reached: perPoll.every((number) => number === TARGETS.callsPerPoll),
    },
    {
      figure: 'Calls of a recovered run of 20 minutes, with all optional reads',
      measured: String(recovered),
      target: `≤ ${TARGETS.recoveredCalls}`,
      reached: recovered <= TARGETS.recoveredCalls,
    },
  ];
}

/** In virtual time, the worst of several seeds. */
export async function crowds(): Promise<Row[]> {
  const rows = [];
  for (const steps of CROWDS) rows.push(await crowd(steps, SEEDS));
  return rows;
}

async function crowd(steps: number, seeds: readonly number[]): Promise<Row> {
  const unthrottled = await runCrowd(steps, seeds[0] ?? 1);
  const runs: Crowd[] = [];
  for (const seed of seeds) runs.push(await runCrowd(steps, seed, LIMIT));
  const worst = (of: (run: Crowd) => number): number => Math.max(...runs.map(of));
  const [calls, share, spread] = [
    worst((run) => run.calls),
    worst(throttledShare),
    worst(spreadOf),
  ];
  const wrong = sum(runs.map((run) => run.wrongEndings.length));
  const isLarge = steps >= LARGE_CROWD;
  return {
    figure: `${count(steps)} steps at once, ${LIMIT.callsPerSecond} calls a second for all`,
    measured: `${count(calls)} calls, ${percent(share)} of them throttled; ${formatSeconds(
      'steps take',
      runs.flatMap(({ waits }) => waits),
    )}; ${wrong === 0 ? 'all end correctly' : `${wrong} wrong endings`}`,
    yardstick: `without a limit: ${count(unthrottled.calls)} calls; ${formatSeconds('steps take', unthrottled.waits)}`,
    ratio: calls / unthrottled.calls,
    target: `ratio of calls ≤ ${TARGETS.crowdCalls}, ≤ ${percent(TARGETS.throttledShare)} throttled, ${isLarge ? `longest ≤ ${TARGETS.crowdSpread} × mean, ` : ''}all end correctly`,
    reached:
      wrong === 0 &&
      calls <= TARGETS.crowdCalls * unthrottled.calls &&
      share <= TARGETS.throttledShare &&
      (!isLarge || spread <= TARGETS.crowdSpread),
  };
}

/** What one crowd of any size comes to, for people: also who ended wrong, and why. */
export async function describeCrowd(steps: number): Promise<string> {
  const texts = [];
  for (const seed of SEEDS) {
    const run = await runCrowd(steps, seed, LIMIT);
    texts.push(
      `${count(steps)} steps, seed ${seed}: ${count(run.calls)} calls, ${percent(throttledShare(run))} of them throttled; ${formatSeconds('steps take', run.waits)} (${spreadOf(run).toFixed(2)} × the mean); ${formatSeconds('they end after their batches by', run.lags)}; ${count(run.warnings.length)} warnings; ${run.wrongEndings.length === 0 ? 'all end correctly' : `${count(run.wrongEndings.length)} end incorrectly:`}`,
      ...tally(run.wrongEndings),
    );
  }
  return texts.join('\n');
}

function throttledShare({ calls, throttledCalls }: Crowd): number {
  return throttledCalls / calls;
}

function spreadOf({ waits }: Crowd): number {
  return Math.max(...waits) / mean(waits);
}

/** Texts with how often they occur, numbers aside; the most frequent first. */
function tally(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts.map((one) => one.replace(/\d+/g, 'N'))) {
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([text, times]) => `  ${count(times)} × ${text}`);
}

function formatSeconds(what: string, seconds: readonly number[]): string {
  return `${what} ${Math.round(mean(seconds))} s on average, ${Math.round(Math.max(...seconds))} s at most`;
}

/** The committed bundle on 500 groups with 10 attempts. */
export async function largeBatches(): Promise<Row[]> {
  const runs: Record<LastAttempt, LargeRun[]> = { SUCCEEDED: [], FAILED: [] };
  for (let round = 0; round < LARGE_ROUNDS; round += 1) {
    runs.SUCCEEDED.push(await runLargeBatch('SUCCEEDED'));
    runs.FAILED.push(await runLargeBatch('FAILED'));
  }
  return Object.entries(runs).map(([last, of]) => {
    const times = of.map((run) => run.conclusionMs);
    const summary = Math.max(...of.map((run) => run.summaryBytes));
    const outputs = Math.max(...of.map((run) => run.outputUnits));
    return {
      figure: `500 groups × 10 attempts, last one ${last}: last response to end of step`,
      measured: `${formatMiddleHalf(times, milliseconds)}; summary ${kilobytes(summary)}, outputs ${kilobytes(outputs)} (UTF-16 units)`,
      target: `≤ ${TARGETS.conclusionMs} ms; ≤ ${kilobytes(TARGETS.summaryBytes)}, ≤ ${kilobytes(TARGETS.outputUnits)}`,
      reached:
        median(times) <= TARGETS.conclusionMs &&
        summary <= TARGETS.summaryBytes &&
        outputs <= TARGETS.outputUnits,
    };
  });
}

/** Whether work grows with the size of the batch and not with its square: sizes compared in pairs, in this process. */
export async function growth(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [less, more, times] of PAIRS) {
    const [small, large] = [await measureGrowth(less), await measureGrowth(more)];
    // 2.5 times for twice the size, and as much again for each doubling.
    const most = TARGETS.growthPerDoubling ** Math.log2(times);
    for (const [what, name] of [
      ['step', 'last snapshot to outputs and summary'],
      ['simulator', '20 responses of the simulator'],
    ] as const) {
      const ratio = large[what] / small[what];
      rows.push({
        figure: `${formatShape(more)}: ${name}`,
        measured: milliseconds(large[what]),
        yardstick: `${formatShape(less)}: ${milliseconds(small[what])}`,
        ratio,
        target: `ratio ≤ ${most.toFixed(1)}`,
        reached: ratio <= most,
      });
    }
  }
  return rows;
}

function formatShape({ groups, attempts, chain }: Shape): string {
  return chain ? `a chain of ${count(groups)}` : `${count(groups)} groups × ${attempts} attempts`;
}

/** The median and, in parentheses, the middle 50%. */
function formatMiddleHalf(numbers: readonly number[], format: (value: number) => string): string {
  const { median: middle, middleHalf } = spread(numbers);
  return `${format(middle)} (${middleHalf.map(format).join(' to ')})`;
}
