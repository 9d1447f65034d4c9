/** The parts of the AWS world, by how the names of their regions begin (SDK: partitions.json). */
const PARTITIONS = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
  ['eusc-', 'aws-eusc'],
] as const;

/** The partition that a region belongs to. */
export function partitionOf(region: string): 'aws' | (typeof PARTITIONS)[number][1] {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

/**
 * The host of the console in a region. The regional form is confirmed for `aws` (addresses pasted by
 * users); China and GovCloud are known with their unregional hosts.
 */
export function consoleHost(region: string): string {
  const partition = partitionOf(region);
  if (partition === 'aws-cn') return 'console.amazonaws.cn';
  if (partition === 'aws-us-gov') return 'console.amazonaws-us-gov.com';
  return `${region}.console.aws.amazon.com`;
}

/** The host of the S3 console for buckets of a region. */
export function s3ConsoleHost(region: string): string {
  return partitionOf(region) === 'aws' ? 's3.console.aws.amazon.com' : consoleHost(region);
}
