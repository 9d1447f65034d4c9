import { readFileSync } from 'node:fs';
import PlainGlobals from '../../__tests__/support/environment.ts';

/** A test as jest-circus keeps it, as far as it is needed here. */
interface Test {
  readonly type: 'test';
  readonly fn: () => unknown;
  readonly mode: string | undefined | null;
  readonly duration?: number | null;
  readonly timeout?: number | undefined;
  errors: unknown[];
}

interface Describe {
  readonly type: 'describeBlock';
  readonly children: (Test | Describe)[];
}

interface Event {
  readonly name: string;
  readonly test?: Test;
}

/** What a test file is to be run for. */
export interface Job {
  /** The mutants to try one after the other; null: the tests run once, under `active`. */
  readonly candidates: readonly string[] | null;
  /** The mutant that is active from the start on. */
  readonly active: string | null;
}

/** What the environment reports to the process that started jest. */
export type Message =
  /** The tests passed without a mutant; `loaded` are the mutants reached before the first test. */
  | { readonly kind: 'ready'; readonly loaded: readonly string[] }
  /** A mutant is about to be tried, for at most so long a test. */
  | { readonly kind: 'trying'; readonly id: string; readonly limitMs: number }
  /** Doubtful: a test failed that would not pass again without the mutant either. */
  | { readonly kind: 'killed' | 'timeout' | 'survived' | 'doubtful'; readonly id: string }
  /** All candidates were tried. */
  | { readonly kind: 'done' };

const LEAST_LIMIT_MS = 3000;
const LIMIT_FACTOR = 10;

/**
 * Runs the tests of a file once without a mutant, noting which test reaches which mutant. Then, in the
 * same modules, runs the tests again that reach a mutant, for each mutant until one fails.
 *
 * jest-circus runs the children of the root in their order, also those that are added meanwhile: so a
 * repeated test has its hooks, its time limit and its errors as the first time.
 */
export default class MutationEnvironment extends PlainGlobals {
  readonly #job = JSON.parse(readFileSync(process.env['MUTATION_JOB'] ?? '', 'utf8')) as Job;
  #active = this.#job.active;
  readonly #loaded = new Set<string>();
  readonly #reached = new Map<Test, Set<string>>();
  #noting: Set<string> | null = this.#loaded;
  #root: Describe = { type: 'describeBlock', children: [] };
  #next: AsyncIterator<Test, void, Test> | null = null;

  override async setup(): Promise<void> {
    await super.setup();
    this.global['__mutant__'] = (id: string) => {
      this.#noting?.add(id);
      return id === this.#active;
    };
  }

  async handleTestEvent(event: Event, state: { rootDescribeBlock: Describe }): Promise<void> {
    const { name, test } = event;
    if (this.#job.candidates === null) return;
    if (name === 'run_start') this.#begin(state.rootDescribeBlock);
    if (test === undefined) return;
    if (this.#next === null && name === 'test_start') {
      this.#noting = new Set();
      this.#reached.set(test, this.#noting);
    }
    if (name !== 'test_done') return;
    if (test === this.#root.children.at(-1)) {
      this.#next ??= this.#trials(this.#job.candidates);
      const { value, done } = await this.#next.next(test);
      if (done !== true) this.#root.children.push(value);
    }
  }

  /** Adds a last test, after which all others are done. */
  #begin(root: Describe): void {
    this.#root = root;
    const [some] = testsOf(root);
    if (some !== undefined) root.children.push(again(some, () => undefined, 0));
  }

  /** Yields each test to run next; it comes back when it has run. */
  async *#trials(candidates: readonly string[]): AsyncGenerator<Test, void, Test> {
    this.#noting = null;
    const count = this.#root.children.length;
    const tests = [...this.#reached].filter(([test]) => test.mode !== 'skip');
    if (tests.some(([test]) => test.errors.length > 0)) return;
    await send({ kind: 'ready', loaded: [...this.#loaded] });

    let isFresh = true;
    for (const id of candidates) {
      const reaching = tests
        .filter(([, reached]) => reached.has(id))
        .map(([test]) => test)
        .sort((one, other) => (one.duration ?? 0) - (other.duration ?? 0));
      if (reaching.length === 0) continue;
      const killer = yield* this.#killer(id, reaching);
      if (killer === 'timeout') {
        // What still runs would disturb the next.
        await send({ kind: 'timeout', id });
        process.exit();
      }
      if (killer !== null) {
        const { errors } = yield again(killer, killer.fn, limitOf(killer));
        if (errors.length > 0) {
          // A mutant before this one may have left something behind: a fresh process will tell.
          if (isFresh) await send({ kind: 'doubtful', id });
          process.exit();
        }
        await send({ kind: 'killed', id });
      } else {
        await send({ kind: 'survived', id });
      }
      isFresh = false;
    }
    this.#root.children.length = count;
    await send({ kind: 'done' });
  }

  async *#killer(
    id: string,
    tests: readonly Test[],
  ): AsyncGenerator<Test, Test | 'timeout' | null, Test> {
    for (const test of tests) {
      const limitMs = limitOf(test);
      await send({ kind: 'trying', id, limitMs });
      this.#active = id;
      const start = performance.now();
      const ran = yield again(test, test.fn, limitMs);
      this.#active = null;
      if (performance.now() - start >= limitMs) return 'timeout';
      if (ran.errors.length > 0) return test;
    }
    return null;
  }
}

function testsOf(block: Describe): Test[] {
  return block.children.flatMap((child) => (child.type === 'test' ? [child] : testsOf(child)));
}

function again(test: Test, fn: Test['fn'], limitMs: number): Test {
  return { ...test, fn, errors: [], timeout: limitMs };
}

function limitOf({ duration }: Test): number {
  return Math.max(LEAST_LIMIT_MS, (duration ?? 0) * LIMIT_FACTOR);
}

function send(message: Message): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, {}, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
