/** The parts of the AWS world, each with its own console. */
type Partition = 'aws' | 'aws-cn' | 'aws-us-gov';

/** The partition that a region belongs to. */
export function partitionOf(region: string): Partition {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/**
 * The host of the console in a region. The regional form is confirmed for `aws` (addresses pasted by
 * users); China and GovCloud are known with their unregional hosts.
 */
export function consoleHost(region: string): string {
  switch (partitionOf(region)) {
    case 'aws':
      return `${region}.console.aws.amazon.com`;
    case 'aws-cn':
      return 'console.amazonaws.cn';
    case 'aws-us-gov':
      return 'console.amazonaws-us-gov.com';
  }
}

/** The host of the S3 console for buckets of a region. */
export function s3ConsoleHost(region: string): string {
  return partitionOf(region) === 'aws' ? 's3.console.aws.amazon.com' : consoleHost(region);
}
