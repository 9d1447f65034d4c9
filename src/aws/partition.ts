interface Partition {
  /** As ARNs have it. */
  readonly name: string;
  /** The host of its console; null: none that is public. */
  readonly console: string | null;
}

const AWS: Partition = { name: 'aws', console: 'console.aws.amazon.com' };
/** All others, by how the names of their regions begin (SDK: partitions.json). */
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
/** With several sessions in one browser, the console puts account and session before the region. */
const SESSION = /^\d{12}-[a-z0-9]+$/;

/** Whether a text is of the form of a region's name, so that it can be part of a host name. */
export function isRegion(text: string): boolean {
  return REGION.test(text);
}

/** The partition that a region belongs to. */
export function partitionOf(region: string): string {
  return ofRegion(region).name;
}

/**
 * The host of the console in a region, which is regional in every partition (URLs pasted by users).
 *
 * @returns null where there is none: for what is no region, and in the isolated partitions
 */
export function consoleHost(region: string): string | null {
  const { console } = ofRegion(region);
  return console === null || !isRegion(region) ? null : `${region}.${console}`;
}

/** The host of the S3 console for buckets of a region; null where there is none. */
export function s3ConsoleHost(region: string): string | null {
  return ofRegion(region) === AWS && isRegion(region)
    ? 's3.console.aws.amazon.com'
    : consoleHost(region);
}

/** Whether a host is one of the console that serves this region. */
export function isConsoleHost(host: string, region: string): boolean {
  const regional = consoleHost(region);
  const { console } = ofRegion(region);
  return regional !== null && [regional, `${console}`, `s3.${console}`].includes(host);
}

/**
 * Reads the host of a console URL.
 *
 * @returns the region that it names, or null where it names none, and the name of its partition;
 *   null if it is no host of a console
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
