import { EXPIRED_TOKEN, type Fault, faultFor, type FaultRule, THROTTLED } from './domain/faults.ts';
import type { Attempt } from './domain/model.ts';
import { openTokenBucket } from './domain/rate-limit.ts';
import type { Scenario } from './domain/scenario.ts';
import { type Intervention, openAccount } from './protocol/account.ts';
import {
  type Answer,
  faultyAnswer,
  type HttpAnswer,
  jsonAnswer,
  refusal,
} from './protocol/answers.ts';
import { ServiceError } from './protocol/errors.ts';
import type { Context } from './protocol/batch-operations.ts';
import { type Operation, operationOf, performOperation } from './protocol/operations.ts';
import type { Json } from './protocol/settings.ts';
import type { TokenBook } from './protocol/tokens.ts';

/** One call that was asked over the wire, whatever became of it. */
export interface Call {
  /** The operation's name, or the whole target if there is no such operation. */
  readonly operation: string;
  /** The parsed body, or its text if it is no JSON. */
  readonly input: unknown;
  /** In ms. */
  readonly at: number;
  /** What made it go wrong. */
  readonly fault?: Fault;
}

export interface Request {
  /** The header x-amz-target, such as `CodeBuild_20161006.RetryBuildBatch`. */
  readonly target: string;
  readonly body: string;
  /** The header of that name. */
  readonly authorization?: string;
}

export interface Simulator {
  /** Answers one request. Never throws. */
  readonly handle: (request: Request) => Answer;
  /**
   * Acts as someone else: not among the calls, no faults, not counted as a poll.
   *
   * @throws ServiceError as the service would refuse
   */
  readonly perform: (operation: Operation, input: Json) => Json;
  /** Deletes a batch with its builds; false if there is none of that id. */
  readonly deleteBatch: (id: string) => boolean;
  /** How many attempts a batch has had, by any caller; 0 for an unknown one. */
  readonly attemptsOf: (id: string) => number;
  /** They themselves, oldest first, with all that will be known of them. */
  readonly historyOf: (id: string) => readonly Attempt[];
  /** The retries of a batch since the simulator began, by any caller. */
  readonly retriesOf: (id: string) => readonly Intervention[];
  /** The attempts of a batch that were stopped since then. */
  readonly stopsOf: (id: string) => readonly Intervention[];
  /** In the order in which they were asked. */
  readonly calls: readonly Call[];
  /** The first rule that fits a call makes it go wrong. May be changed at any time. */
  readonly faults: FaultRule[];
  /** Whether credentials are good; all are, unless this is changed. Bad ones count as expired. */
  accepts: (authorization: string) => boolean;
  /** Runs right before and right after each call is handled: others may act then. Does nothing by default. */
  onCall: (call: Call, moment: 'before' | 'after') => void;
}

/** Where the simulator has its time and ids from. */
export interface Surroundings {
  /** In ms since the epoch. */
  readonly now: () => number;
  readonly uuid: () => string;
}

/**
 * Opens a simulated CodeBuild.
 *
 * @throws Error if no account could hold the scenario
 */
export function createSimulator(scenario: Scenario, { now, uuid }: Surroundings): Simulator {
  const began = now();
  const account = openAccount(scenario, began, uuid);
  const tokens: TokenBook = new Map();
  const calls: Call[] = [];
  const callsByOperation = new Map<string, number>();
  const faults = [...(scenario.faults ?? [])];
  const isWithinLimit =
    scenario.rateLimit === undefined ? () => true : openTokenBucket(scenario.rateLimit, began);

  const late = openQueue();
  const settled = (): number => {
    const at = Math.round(now());
    late.settle(at);
    return at;
  };

  const contextAt = (at: number, by: Context['by']): Context => ({ account, tokens, at, by });
  const answerTo = (operation: Operation | null, input: unknown, at: number): HttpAnswer => {
    try {
      if (operation === null)
        throw new ServiceError('UnknownOperationException', 'No such operation');
      if (input === undefined) {
        throw new ServiceError('SerializationException', 'The body is not JSON');
      }
      return jsonAnswer(uuid(), 200, performOperation(operation, contextAt(at, 'wire'), input));
    } catch (error) {
      if (error instanceof ServiceError) return refusal(uuid(), error);
      return refusal(uuid(), new ServiceError('InternalFailure', String(error), 500));
    }
  };

  const faultOf = ({ operation, at }: Call, authorization: string): Fault | null => {
    if (!isWithinLimit(at)) return THROTTLED;
    if (!simulator.accepts(authorization)) return EXPIRED_TOKEN;
    return faultFor(faults, {
      operation,
      numberOfOperation: 1 + (callsByOperation.get(operation) ?? 0),
      numberOfAll: 1 + calls.length,
      seconds: (at - began) / 1000,
    });
  };

  const answerOf = ({ at, fault }: Call, operation: Operation | null, input: unknown): Answer => {
    const perform = (secondsAgo = 0): HttpAnswer =>
      answerTo(operation, input, isRead(operation) ? at - secondsAgo * 1000 : at);
    if (fault === undefined) return perform();
    const performAfter = (seconds: number): void => {
      const due = at + seconds * 1000;
      late.add(due, () => void answerTo(operation, input, due));
    };
    const { home } = account;
    return faultyAnswer(fault, { operation, input, home, perform, performAfter, uuid });
  };

  const simulator: Simulator = {
    calls,
    faults,
    accepts: () => true,
    onCall: () => undefined,
    perform: (operation, input) =>
      performOperation(operation, contextAt(settled(), 'other'), input),
    deleteBatch: (id) => {
      settled();
      return account.remove(id);
    },
    attemptsOf: (id) => {
      settled();
      return account.find(id)?.attempts.length ?? 0;
    },
    historyOf: (id) => {
      settled();
      return account.find(id)?.attempts ?? [];
    },
    retriesOf: (id) => {
      settled();
      return account.interventionsOn(id, 'retry');
    },
    stopsOf: (id) => {
      settled();
      return account.interventionsOn(id, 'stop');
    },
    handle: ({ target, body, authorization = '' }) => {
      const operation = operationOf(target);
      const input = parsed(body);
      const asked = { operation: operation ?? target, input: input ?? body, at: settled() };
      const fault = faultOf(asked, authorization);
      const call: Call = fault === null ? asked : { ...asked, fault };
      calls.push(call);
      callsByOperation.set(call.operation, 1 + (callsByOperation.get(call.operation) ?? 0));
      simulator.onCall(call, 'before');
      const answer = answerOf(call, operation, input);
      simulator.onCall(call, 'after');
      return answer;
    },
  };
  return simulator;
}

/** What is to be carried out later. It is, with that moment as the present, as soon as someone calls. */
function openQueue(): {
  add: (due: number, act: () => void) => void;
  settle: (at: number) => void;
} {
  /** By their due times. */
  const waiting: { readonly due: number; readonly act: () => void }[] = [];
  return {
    add(due, act) {
      const before = waiting.findLastIndex((other) => other.due <= due);
      waiting.splice(before + 1, 0, { due, act });
    },
    settle(at) {
      const later = waiting.findIndex(({ due }) => due > at);
      const due = waiting.splice(0, later === -1 ? waiting.length : later);
      for (const { act } of due) act();
    },
  };
}

function isRead(operation: Operation | null): boolean {
  return operation !== null && /^(?:BatchGet|Describe|Get|List)/.test(operation);
}

/** Undefined if the text is no JSON. An empty body counts as an empty input. */
function parsed(body: string): unknown {
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    return undefined;
  }
}
