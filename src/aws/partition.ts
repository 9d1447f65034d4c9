interface Partition {
  /** As in ARNs. */
  readonly name: string;
  /** The host of its console; null if no console is public. */
  readonly console: string | null;
}

const AWS: Partition = { name: 'aws', console: 'console.aws.amazon.com' };
/** All others, by the prefix of their regions (SDK: partitions.json). */
const PARTITIONS: readonly (Partition & { readonly prefix: string })[] = [
  { prefix: 'cn-', name: 'aws-cn', console: 'console.amazonaws.cn' },
  { prefix: 'us-gov-', name: 'aws-us-gov', console: 'console.amazonaws-us-gov.com' },
  { prefix: 'eusc-', name: 'aws-eusc', console: 'console.amazonaws-eusc.eu' },
  { prefix: 'us-iso-', name: 'aws-iso', console: null },
  { prefix: 'us-isob-', name: 'aws-iso-b', console: null },
  { prefix: 'eu-isoe-', name: 'aws-iso-e', console: null },
  { prefix: 'us-isof-', name: 'aws-iso-f', console: null },
];

const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/;
/** With several sessions in one browser, the console host has account and session before the region. */
const SESSION = /^\d{12}-[a-z0-9]+$/;

/** Whether a text has the form of a region, so that it is safe in a host name. */
export function isRegion(text: string): boolean {
  return REGION.test(text);
}

/** The name of a region's partition, such as `aws-cn`. */
export function partitionOf(region: string): string {
  return ofRegion(region).name;
}

/**
 * The host of the console in a region. Every partition has regional ones (URLs pasted by users).
 *
 * @returns null for a text that is not a region, and in the isolated partitions
 */
export function consoleHost(region: string): string | null {
  const { console } = ofRegion(region);
  return console === null || !isRegion(region) ? null : `${region}.${console}`;
}

/** The host of the S3 console for buckets of a region; null as for {@link consoleHost}. */
export function s3ConsoleHost(region: string): string | null {
  return ofRegion(region) === AWS && isRegion(region)
    ? 's3.console.aws.amazon.com'
    : consoleHost(region);
}

/** Whether a host belongs to the console of this region. */
export function isConsoleHost(host: string, region: string): boolean {
  const regional = consoleHost(region);
  const { console } = ofRegion(region);
  return regional !== null && [regional, `${console}`, `s3.${console}`].includes(host);
}

/**
 * Reads the host of a console URL.
 *
 * @returns the name of its partition, and the region (null for the host of all regions); null for any
 *   other host
 */
export function readConsoleHost(
  host: string,
): { readonly partition: string; readonly region: string | null } | null {
  for (const { name, console } of [...PARTITIONS, AWS]) {
    if (console === null || !`.${host}`.endsWith(`.${console}`)) continue;
    const labels = host.slice(0, -console.length).split('.').slice(0, -1);
    if (SESSION.test(labels[0] ?? '')) labels.shift();
    const [region = null, ...more] = labels;
    const fits = region === null || (isRegion(region) && partitionOf(region) === name);
    return fits && more.length === 0 ? { partition: name, region } : null;
  }
  return null;
}

function ofRegion(region: string): Partition {
  return PARTITIONS.find(({ prefix }) => region.startsWith(prefix)) ?? AWS;
}
