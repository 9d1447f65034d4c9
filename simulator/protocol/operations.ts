import {
  batchGetBuildBatches,
  type Context,
  listBuildBatchesForProject,
  retryBuildBatch,
  startBuildBatch,
  stopBuildBatch,
} from './batch-operations.ts';
import { batchGetBuilds } from './build-operations.ts';
import { ServiceError } from './errors.ts';
import * as shapes from './input-shapes.ts';
import { getLogEvents } from './log-operations.ts';
import { batchGetReports, describeTestCases } from './report-operations.ts';
import type { Json } from './settings.ts';
import { problemsOf, type Structure } from './shape.ts';

export type Operation =
  | 'StartBuildBatch'
  | 'RetryBuildBatch'
  | 'StopBuildBatch'
  | 'BatchGetBuildBatches'
  | 'BatchGetBuilds'
  | 'ListBuildBatchesForProject'
  | 'BatchGetReports'
  | 'DescribeTestCases'
  | 'GetLogEvents';

interface Entry {
  readonly input: Structure;
  readonly perform: (context: Context, input: never) => Json;
}

const OPERATIONS: Readonly<Record<Operation, Entry>> = {
  StartBuildBatch: { input: shapes.StartBuildBatchInput, perform: startBuildBatch },
  RetryBuildBatch: { input: shapes.RetryBuildBatchInput, perform: retryBuildBatch },
  StopBuildBatch: { input: shapes.StopBuildBatchInput, perform: stopBuildBatch },
  BatchGetBuildBatches: { input: shapes.BatchGetBuildBatchesInput, perform: batchGetBuildBatches },
  BatchGetBuilds: { input: shapes.BatchGetBuildsInput, perform: batchGetBuilds },
  ListBuildBatchesForProject: {
    input: shapes.ListBuildBatchesForProjectInput,
    perform: listBuildBatchesForProject,
  },
  BatchGetReports: { input: shapes.BatchGetReportsInput, perform: batchGetReports },
  DescribeTestCases: { input: shapes.DescribeTestCasesInput, perform: describeTestCases },
  GetLogEvents: { input: shapes.GetLogEventsInput, perform: getLogEvents },
};

/** The operation that an x-amz-target names; null if the simulator has no such operation. */
export function operationOf(target: string): Operation | null {
  const [prefix, name = ''] = target.split('.');
  const operation = Object.keys(OPERATIONS).find((candidate) => candidate === name) as
    | Operation
    | undefined;
  if (operation === undefined) return null;
  return prefix === (operation === 'GetLogEvents' ? 'Logs_20140328' : 'CodeBuild_20161006')
    ? operation
    : null;
}

/**
 * Holds an input against the API model, then performs the operation.
 *
 * @throws ServiceError InvalidInputException (InvalidParameterException of the logs), ResourceNotFoundException
 */
export function performOperation(operation: Operation, context: Context, input: unknown): Json {
  const entry = OPERATIONS[operation];
  const refusal =
    operation === 'GetLogEvents' ? 'InvalidParameterException' : 'InvalidInputException';
  if (operation === 'BatchGetBuilds' && isWithoutIds(input)) {
    throw new ServiceError(refusal, 'The input build ID list cannot be empty.');
  }
  const problems = problemsOf(entry.input, input, '');
  if (problems.length > 0) throw new ServiceError(refusal, problems.join('; '));
  const given = Object.entries(input as Json).filter(([, member]) => member !== null);
  // The shapes in input-shapes.ts vouch for the type.
  return entry.perform(context, Object.fromEntries(given) as never);
}

function isWithoutIds(input: unknown): boolean {
  const ids = typeof input === 'object' && input !== null && 'ids' in input ? input.ids : undefined;
  return Array.isArray(ids) && ids.length === 0;
}
