import { isRegion } from '../aws/partition.ts';
import type { Reject } from './input-parsers.ts';
import { lowerCase } from '../text/ascii-case.ts';
import { unwrappedWord } from './pasted.ts';
import { UNKNOWN_REGION } from './which-batch.ts';

/** A region within another text, or with other separators: `eu-west-1a`, `eu_west_1`, `eu-west1`. */
const LIKE_A_REGION = /(?<place>[a-z]{2,}(?:[-_ ][a-z]+)+)[-_ ]?(?<number>\d{1,2})(?!\d)/;
/** Characters of a text in which a region is looked for. */
const MAX_LENGTH = 100;

/**
 * Chooses the region: `aws-region`, the one in `batch-id`, `AWS_REGION`, `AWS_DEFAULT_REGION`, in this
 * order. Capitals do not matter.
 *
 * @param value the value of `aws-region`; empty if it was not given
 * @param ofBatch as `readWhichBatch` returns it
 * @returns the region; empty or invalid after a `reject`, or for a `batch-id` that was rejected
 */
export function readRegion(
  value: string,
  ofBatch: string | null,
  environment: Readonly<Record<string, string | undefined>>,
  reject: Reject,
): string {
  const given = readName(value);
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
    ['AWS_REGION', readName(environment['AWS_REGION'])],
    ['AWS_DEFAULT_REGION', readName(environment['AWS_DEFAULT_REGION'])],
  ];
  const [source, region] = sources.find(([, value]) => value !== '') ?? ['aws-region', ''];
  if (region === '' && ofBatch === UNKNOWN_REGION) return region;
  if (region === '') {
    const others = 'set AWS_REGION, or set batch-id to the ARN or console URL of the batch';
    reject(source, '', `no region is given; set a region such as us-east-1, ${others}`);
  } else if (!isRegion(region)) {
    const rule = `must be the name of an AWS region, such as us-east-1${suggestion(region)}`;
    reject(source, source === 'aws-region' ? value : region, rule);
  }
  return region;
}

function readName(value = ''): string {
  return lowerCase(unwrappedWord(value));
}

function suggestion(text: string): string {
  const { place, number = '' } = LIKE_A_REGION.exec(text.slice(0, MAX_LENGTH))?.groups ?? {};
  if (place === undefined) return '';
  return `; did you mean ${place.replaceAll(/[_ ]/g, '-')}-${number}?`;
}
