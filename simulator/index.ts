export { createSimulator } from './simulator.ts';
export type { Call, Request, Simulator, Surroundings } from './simulator.ts';
export type { Answer, HttpAnswer } from './protocol/answers.ts';
export type { Intervention } from './protocol/account.ts';
export { serve, type Served } from './server.ts';
export type { Operation } from './protocol/operations.ts';
export { ServiceError } from './protocol/errors.ts';
export type * from './domain/scenario.ts';
export type { Switches } from './domain/switches.ts';
export type { RateLimit } from './domain/rate-limit.ts';
export {
  accessDenied,
  ACCOUNT_LIMIT,
  type AnswerReplaced,
  EXPIRED_TOKEN,
  type Fault,
  type FaultRule,
  INTERNAL_FAILURE,
  THROTTLED,
} from './domain/faults.ts';
export { DESCRIPTIONS, large, SCENARIOS } from './scenarios/index.ts';
