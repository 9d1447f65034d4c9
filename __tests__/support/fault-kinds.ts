import { ACCOUNT_LIMIT, INTERNAL_FAILURE, THROTTLED, type Fault } from '../../simulator/index.ts';

/** A transient way in which a call goes wrong: no such call may end a step. */
export interface FaultKind {
  readonly name: string;
  readonly fault: Fault;
  /** The operations it is for. Default: all. */
  readonly only?: readonly string[];
}

const POLL = 'BatchGetBuildBatches';
const RETRY = 'RetryBuildBatch';
const WRITES = [RETRY, 'StopBuildBatch'];
const READS = [POLL, 'BatchGetBuilds', 'GetLogEvents'];

/** Each as it is, and with the operation carried out all the same: that matters where it writes. */
const EITHER_WAY: readonly [string, Extract<Fault, { performed?: unknown }>][] = [
  ['a server error', INTERNAL_FAILURE],
  ['a page (502)', { kind: 'html' }],
  ['a page (200)', { kind: 'html', status: 200 }],
  ['a page (403)', { kind: 'html', status: 403 }],
  ...[200, 301, 307, 400, 403, 404, 500].map((status): [string, { kind: 'text'; body: string }] => [
    `nothing (${status})`,
    { kind: 'text', body: '', ...{ status } },
  ]),
  ['null', { kind: 'text', body: 'null' }],
  ['a list', { kind: 'text', body: '[]' }],
  ['an empty object', { kind: 'text', body: '{}' }],
  [
    'words of other types',
    { kind: 'text', body: '{"buildBatch":7,"buildBatches":7,"builds":"x","events":{}}' },
  ],
  ['an error without its name', { ...THROTTLED, untyped: true }],
  ['bytes that are no HTTP', { kind: 'not-http' }],
  ['a body that stalls', { kind: 'stalled' }],
  ['silence', { kind: 'silent' }],
  ['a reset', { kind: 'reset' }],
];

/** All of them. */
export const FAULT_KINDS: readonly FaultKind[] = [
  { name: 'throttled', fault: THROTTLED },
  ...EITHER_WAY.flatMap(([name, fault]): FaultKind[] => [
    { name, fault: { ...fault, performed: false } },
    { name: `${name}, carried out`, fault: { ...fault, performed: true }, only: WRITES },
  ]),
  { name: 'a body that drips', fault: { kind: 'dripping' } },
  { name: 'half of the answer', fault: { kind: 'truncated' } },
  { name: 'late', fault: { kind: 'slow', seconds: 20 } },
  { name: 'too late', fault: { kind: 'slow', seconds: 40 } },
  { name: 'a reset after 25 s', fault: { kind: 'reset', afterSeconds: 25 } },
  {
    name: 'silence, carried out after 40 s',
    fault: { kind: 'silent', performed: { afterSeconds: 40 } },
    only: [RETRY],
  },
  {
    name: 'a reset, carried out after 5 s',
    fault: { kind: 'reset', performed: { afterSeconds: 5 } },
    only: [RETRY],
  },
  ...[true, false].map((performed): FaultKind => ({
    name: performed ? 'an unknown error, carried out' : 'an unknown error',
    fault: { kind: 'error', name: 'SomethingNewException', message: 'Odd', performed },
    only: [RETRY],
  })),
  { name: 'at the limit of the account', fault: ACCOUNT_LIMIT, only: [RETRY] },
  { name: 'about another', fault: { kind: 'about-another' }, only: READS },
  { name: 'listed as not found', fault: { kind: 'none-found' }, only: [POLL, 'BatchGetBuilds'] },
  {
    name: 'listed as not found, as an ARN',
    fault: { kind: 'none-found', asArn: true },
    only: [POLL, 'BatchGetBuilds'],
  },
  { name: 'out of date', fault: { kind: 'outdated', seconds: 30 }, only: READS },
  { name: 'the end out of date', fault: { kind: 'end-outdated', seconds: 30 }, only: [POLL] },
  { name: 'phases too many', fault: { kind: 'extra-phases', phases: 2 }, only: [POLL] },
];
