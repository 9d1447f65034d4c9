import { arnOf, type Home } from '../domain/arn.ts';
import type { AnswerReplaced, AnswerSpoiled, Fault } from '../domain/faults.ts';
import { submittedLater, type BatchView } from './batch-view.ts';
import { ServiceError } from './errors.ts';
import type { Operation } from './operations.ts';
import type { Json } from './settings.ts';

/** What goes back over the wire. */
export type Answer =
  | HttpAnswer
  /** Nothing; the connection is cut. */
  | { readonly kind: 'dropped'; readonly afterSeconds?: number }
  /** Nothing; the connection stays open. */
  | { readonly kind: 'silent' }
  /** Bytes that are no HTTP, then the connection is closed. */
  | { readonly kind: 'not-http'; readonly bytes: string; readonly afterSeconds?: number };

export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly delaySeconds?: number;
  /** How many bytes of the body come at once, and how many a second after that. Default: all at once. */
  readonly delivery?: { readonly bytes: number; readonly bytesPerSecond: number };
}

/** One call, as far as a fault has to do with it. */
export interface FaultyCall {
  /** Null: there is no such operation. */
  readonly operation: Operation | null;
  readonly input: unknown;
  readonly home: Home;
  /** Carries the operation out, or asks for the state of so many seconds ago. */
  readonly perform: (secondsAgo?: number) => HttpAnswer;
  readonly performAfter: (seconds: number) => void;
  readonly uuid: () => string;
}

/** What comes back from a call that goes wrong; carries the operation out where the fault says so. */
export function faultyAnswer(fault: Fault, call: FaultyCall): Answer {
  const { afterSeconds } = fault;
  const answer = spoils(fault) ? spoiled(fault, call) : replaced(fault, call);
  if (afterSeconds === undefined || answer.kind === 'silent') return answer;
  return answer.kind === 'answer'
    ? { ...answer, delaySeconds: afterSeconds }
    : { ...answer, afterSeconds };
}

/** An answer of the service in its wire format. */
export function jsonAnswer(requestId: string, status: number, content: Json): HttpAnswer {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-RequestId': requestId },
    body: JSON.stringify(content),
  };
}

/** The message's member begins with a capital in refusals of access, as in other AWS services. */
export function refusal(requestId: string, { name, message, status }: ServiceError): HttpAnswer {
  const member = name === 'AccessDeniedException' ? 'Message' : 'message';
  return jsonAnswer(requestId, status, { __type: name, [member]: message });
}

const SPOILED: ReadonlySet<string> = new Set<AnswerSpoiled['kind']>([
  'slow',
  'truncated',
  'outdated',
  'end-outdated',
  'submitted-later',
  'extra-phases',
  'about-another',
  'none-found',
]);

function spoils(fault: Fault): fault is Fault & AnswerSpoiled {
  return SPOILED.has(fault.kind);
}

function spoiled(fault: AnswerSpoiled, call: FaultyCall): HttpAnswer {
  switch (fault.kind) {
    case 'slow':
      return { ...call.perform(), delaySeconds: fault.seconds };
    case 'truncated': {
      const answer = call.perform();
      return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) };
    }
    case 'outdated':
      return call.perform(fault.seconds);
    case 'end-outdated': {
      const old = batchesIn(call.perform(fault.seconds));
      return withBatches(call.perform(), (batch, index) => {
        const { buildBatchStatus, complete, currentPhase, endTime } = old[index] ?? batch;
        return { ...batch, buildBatchStatus, complete, currentPhase, endTime };
      });
    }
    case 'submitted-later':
      return withBatches(call.perform(), (batch) => submittedLater(batch, fault.seconds));
    case 'extra-phases':
      return withBatches(call.perform(), ({ phases, ...batch }) => {
        const extra = { phaseType: 'FINALIZING', startTime: phases.at(-1)?.startTime };
        return { ...batch, phases: [...phases, ...Array<typeof extra>(fault.phases).fill(extra)] };
      });
    case 'about-another': {
      const answer = call.perform();
      return { ...answer, body: aboutOthers(answer.body, call.input) };
    }
    case 'none-found':
      return jsonAnswer(call.uuid(), 200, nothingFound(fault.asArn === true, call));
  }
}

function replaced(fault: AnswerReplaced, call: FaultyCall): Answer {
  const { kind, performed = kind === 'lost' || kind === 'stalled' || kind === 'dripping' } = fault;
  const answer = performed === true ? call.perform() : null;
  if (typeof performed === 'object') call.performAfter(performed.afterSeconds);
  switch (kind) {
    case 'error': {
      const { name, message, status, untyped = false } = fault;
      const error = new ServiceError(name, message, status);
      return untyped
        ? jsonAnswer(call.uuid(), error.status, { message })
        : refusal(call.uuid(), error);
    }
    case 'html':
      return page(fault.status ?? 502);
    case 'text':
      return { ...jsonAnswer(call.uuid(), fault.status ?? 200, {}), body: fault.body };
    case 'not-http':
      return { kind, bytes: 'SSH-2.0-OpenSSH_9.6\r\n' };
    case 'stalled':
    case 'dripping': {
      const { bytes = 40 } = fault;
      const bytesPerSecond = fault.kind === 'dripping' ? (fault.bytesPerSecond ?? 1) : 0;
      return { ...(answer ?? page(200)), delivery: { bytes, bytesPerSecond } };
    }
    case 'silent':
      return { kind };
    case 'reset':
    case 'lost':
      return { kind: 'dropped' };
  }
}

function page(status: number): HttpAnswer {
  const title = status === 502 ? '502 Bad Gateway' : String(status);
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'text/html' },
    body: `<html><head><title>${title}</title></head><body>${title}</body></html>`,
  };
}

interface BatchesView extends Json {
  readonly buildBatches?: readonly BatchView[];
}

function batchesIn({ body }: HttpAnswer): readonly BatchView[] {
  return (JSON.parse(body) as BatchesView).buildBatches ?? [];
}

function withBatches(
  answer: HttpAnswer,
  change: (batch: BatchView, index: number) => Json,
): HttpAnswer {
  const { buildBatches = [], ...content } = JSON.parse(answer.body) as BatchesView;
  return {
    ...answer,
    body: JSON.stringify({ ...content, buildBatches: buildBatches.map(change) }),
  };
}

/** The same answer with another uuid for each that the request names. */
function aboutOthers(body: string, input: unknown): string {
  const uuids =
    JSON.stringify(input ?? null).match(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g) ?? [];
  let about = body;
  for (const uuid of new Set(uuids)) {
    about = about.replaceAll(uuid, `ffffffff${uuid.slice(8)}`);
  }
  return about;
}

function nothingFound(asArn: boolean, { operation, input, home }: FaultyCall): Json {
  const { ids = [] } = Object(input) as { ids?: string[] };
  const ofBuilds = operation === 'BatchGetBuilds';
  const resource = ofBuilds ? 'build' : 'build-batch';
  const notFound = ids.map((id) =>
    asArn && !id.startsWith('arn:') ? arnOf(home, resource, id) : id,
  );
  return ofBuilds
    ? { builds: [], buildsNotFound: notFound }
    : { buildBatches: [], buildBatchesNotFound: notFound };
}
