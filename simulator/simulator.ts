import { EXPIRED_TOKEN, type Fault, faultFor, type FaultRule, THROTTLED } from './domain/faults.ts';
import { openBucket } from './domain/rate-limit.ts';
import type { Scenario } from './domain/scenario.ts';
import { openAccount } from './protocol/account.ts';
import { ServiceError } from './protocol/errors.ts';
import type { Context } from './protocol/batch-operations.ts';
import { type Operation, operationOf, performOperation } from './protocol/operations.ts';
import type { Json } from './protocol/settings.ts';
import type { TokenBook } from './protocol/tokens.ts';

/** What goes back over the wire; `dropped`: nothing, the connection is cut. */
export type Answer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly delaySeconds?: number;
    }
  | { readonly kind: 'dropped'; readonly afterSeconds?: number };

/** One call that was asked over the wire, whatever became of it. */
export interface Call {
  /** The operation's name, or the whole target if there is no such operation. */
  readonly operation: string;
  /** The parsed body, or its text if it is no JSON. */
  readonly input: unknown;
  /** In ms. */
  readonly at: number;
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
   * Acts as another person: not among the calls, never faulty, counts as nobody's look.
   *
   * @throws ServiceError as the service would refuse
   */
  readonly perform: (operation: Operation, input: Json) => Json;
  /** Deletes a batch with its builds; false if there is none of that id. */
  readonly deleteBatch: (id: string) => boolean;
  /** How many attempts a batch has had, whoever began them; 0 for an unknown one. */
  readonly attemptsOf: (id: string) => number;
  /** In the order in which they were asked. */
  readonly calls: readonly Call[];
  /** The first rule that fits a call makes it go wrong. May be changed at any time. */
  readonly faults: FaultRule[];
  /** Whether credentials are good; all are, unless this is changed. Bad ones count as expired. */
  accepts: (authorization: string) => boolean;
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
  const faults = [...(scenario.faults ?? [])];
  const isWithinLimit =
    scenario.rateLimit === undefined ? () => true : openBucket(scenario.rateLimit, began);

  const contextAt = (at: number, countsLooks: boolean): Context => ({
    account,
    tokens,
    at,
    countsLooks,
  });

  const answerTo = (operation: Operation | null, input: unknown, at: number): Answer => {
    try {
      if (operation === null)
        throw new ServiceError('UnknownOperationException', 'No such operation');
      if (input === undefined) {
        throw new ServiceError('SerializationException', 'The body is not JSON');
      }
      return json(uuid(), 200, performOperation(operation, contextAt(at, true), input));
    } catch (error) {
      if (error instanceof ServiceError) return refusal(uuid(), error);
      return refusal(uuid(), new ServiceError('InternalFailure', String(error), 500));
    }
  };

  const simulator: Simulator = {
    calls,
    faults,
    accepts: () => true,
    perform: (operation, input) =>
      performOperation(operation, contextAt(Math.round(now()), false), input),
    deleteBatch: (id) => account.remove(id),
    attemptsOf: (id) => account.find(id)?.attempts.length ?? 0,
    handle: ({ target, body, authorization = '' }) => {
      const at = Math.round(now());
      const operation = operationOf(target);
      const input = parsed(body);
      const name = operation ?? target;
      calls.push({ operation: name, input: input ?? body, at });
      const perform = (): Answer => answerTo(operation, input, at);
      if (!isWithinLimit(at)) return faultyAnswer(THROTTLED, perform, uuid);
      if (!simulator.accepts(authorization)) return faultyAnswer(EXPIRED_TOKEN, perform, uuid);
      const fault = faultFor(faults, {
        operation: name,
        numberOfOperation: calls.filter((call) => call.operation === name).length,
        numberOfAll: calls.length,
        seconds: (at - began) / 1000,
      });
      return fault === null ? perform() : faultyAnswer(fault, perform, uuid);
    },
  };
  return simulator;
}

function faultyAnswer(fault: Fault, perform: () => Answer, uuid: () => string): Answer {
  switch (fault.kind) {
    case 'error':
      return refusal(uuid(), new ServiceError(fault.name, fault.message, fault.status));
    case 'html':
      return {
        kind: 'answer',
        status: 502,
        headers: { 'content-type': 'text/html' },
        body: '<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>',
      };
    case 'reset':
      return dropped(fault.afterSeconds);
    case 'lost':
      perform();
      return dropped(fault.afterSeconds);
    case 'truncated': {
      const answer = perform();
      if (answer.kind === 'dropped') return answer;
      return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) };
    }
    case 'slow': {
      const answer = perform();
      return answer.kind === 'dropped' ? answer : { ...answer, delaySeconds: fault.seconds };
    }
  }
}

function dropped(afterSeconds: number | undefined): Answer {
  return { kind: 'dropped', ...(afterSeconds !== undefined && { afterSeconds }) };
}

/** The message's member begins with a capital in refusals of access, as in other AWS services. */
function refusal(requestId: string, { name, message, status }: ServiceError): Answer {
  const member = name === 'AccessDeniedException' ? 'Message' : 'message';
  return json(requestId, status, { __type: name, [member]: message });
}

function json(requestId: string, status: number, content: Json): Answer {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-RequestId': requestId },
    body: JSON.stringify(content),
  };
}

/** Undefined if the text is no JSON. An empty body counts as an empty input. */
function parsed(body: string): unknown {
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    return undefined;
  }
}
