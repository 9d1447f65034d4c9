import { isRegion } from '../aws/partition.ts';
import type { Reject } from './input-parsers.ts';
import { UNKNOWN_REGION } from './which-batch.ts';

/**
 * Chooses the region: `aws-region`, the one in `batch-id`, `AWS_REGION`, `AWS_DEFAULT_REGION`, in this
 * order.
 *
 * @param given the value of `aws-region`; empty if it was not given
 * @param ofBatch as `readWhichBatch` returns it
 * @returns the region; empty or invalid after a `reject`, or for a `batch-id` that was rejected
 */
export function readRegion(
  given: string,
  ofBatch: string | null,
  environment: Readonly<Record<string, string | undefined>>,
  reject: Reject,
): string {
  if (given !== '' && ofBatch !== null && ofBatch !== UNKNOWN_REGION && given !== ofBatch) {
    reject(
      'aws-region',
      given,
      `differs from the region in batch-id ("${ofBatch}"); remove aws-region`,
    );
    return given;
  }
  const sources: [string, string][] = [
    ['aws-region', given],
    ['batch-id', ofBatch === UNKNOWN_REGION ? '' : (ofBatch ?? '')],
    ['AWS_REGION', environment['AWS_REGION']?.trim() ?? ''],
    ['AWS_DEFAULT_REGION', environment['AWS_DEFAULT_REGION']?.trim() ?? ''],
  ];
  const [source, region] = sources.find(([, value]) => value !== '') ?? ['aws-region', ''];
  if (region === '' && ofBatch === UNKNOWN_REGION) return region;
  if (region === '') {
    const others = 'set AWS_REGION, or set batch-id to the ARN or console URL of the batch';
    reject(source, '', `no region is given; set a region such as us-east-1, ${others}`);
  } else if (!isRegion(region)) {
    reject(source, region, 'must be the name of an AWS region, such as us-east-1');
  }
  return region;
}
