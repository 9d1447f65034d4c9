import { rewriteStrings } from './json-strings.ts';
import { placeholders, type Placeholders } from './placeholders.ts';
import type { Call, Json } from './recording.ts';

/** Members whose values are CodeBuild's own words. All that is not named in this file is replaced. */
const WORDS = new Set([
  '__type',
  'batchReportMode',
  'buildBatchStatus',
  'buildStatus',
  'computeType',
  'computeTypesAllowed',
  'currentPhase',
  'imagePullCredentialsType',
  'phaseStatus',
  'phaseType',
  'retryType',
  'status',
  'statusCode',
  'type',
]);
const WORD = /^[A-Za-z][A-Za-z0-9_.#]*$/;
const CURATED_IMAGE = /^aws\/codebuild\/[a-z0-9_-]+:[0-9.]+$/;
const COMMIT = /^[0-9a-f]{40}$/;
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const ARN =
  /^arn:(?<partition>aws(?:-cn|-us-gov)?):(?<service>codebuild|iam|kms|logs|s3|sts):(?<region>(?:[a-z]{2}(?:-[a-z]+)+-\d)?):(?<account>\d{12}|):(?<rest>.+)$/s;
const LOG_STREAM = /^log-group:(?<group>.*):log-stream:(?<stream>.*)$/s;
/** CodeBuild's own first group. */
const DOWNLOAD_SOURCE = 'DOWNLOAD_SOURCE';

/**
 * Replaces what identifies the owner of the batch: accounts, names, ids, URLs, values and texts, each by a
 * placeholder, the same for the same wherever it is. Left as they are: numbers (times among them), the
 * service's words, regions, images of CodeBuild, and the names of build groups in which no other name is.
 * Members, their order and the form of numbers stay as they came.
 */
export function scrub(calls: readonly Call[]): Call[] {
  const known = placeholders();
  // The first pass finds the names, so that the second sees them in texts that came before.
  const pass = (): Call[] => calls.map((call) => scrubCall(call, known));
  pass();
  return pass();
}

function scrubCall(call: Call, known: Placeholders): Call {
  const scrubText = (text: string, isError: boolean): string =>
    rewriteStrings(text, (value, member) => scrubValue(value, member, isError, known)) ??
    JSON.stringify(known.of('text', text));
  return {
    ...call,
    input: JSON.parse(scrubText(JSON.stringify(call.input), false)) as Json,
    body: scrubText(call.body, call.status !== 200),
  };
}

function scrubValue(value: string, member: string, isError: boolean, known: Placeholders): string {
  if (value === '' || (WORDS.has(member) && WORD.test(value))) return value;
  if (ARN.test(value)) return scrubArn(value, known);
  switch (member) {
    case 'id':
    case 'ids':
    case 'buildBatchesNotFound':
    case 'buildsNotFound':
      return scrubId(value, 'project', known);
    case 'projectName':
      return known.of('project', value);
    case 'identifier':
    case 'dependsOn':
      return value !== DOWNLOAD_SOURCE && known.isNamedIn(value) ? known.of('group', value) : value;
    case 'idempotencyToken':
      return known.of('uuid', value);
    case 'groupName':
      return scrubLogGroup(value, known);
    case 'streamName':
      return scrubLogStream(value, known);
    case 'sourceVersion':
    case 'resolvedSourceVersion':
      return known.of(COMMIT.test(value) ? 'commit' : 'version', value);
    case 'image':
      return CURATED_IMAGE.test(value) ? value : known.of('image', value);
    case 'initiator':
      return known.of('user', value);
    case 'location':
      return known.of('location', value);
    case 'message':
    case 'Message':
      return isError ? scrubProse(value, known) : known.of('text', value);
    default:
      return known.of('text', value);
  }
}

function scrubArn(text: string, known: Placeholders): string {
  const parts = ARN.exec(text)?.groups;
  if (parts === undefined) return known.of('text', text);
  const { partition = '', service = '', region = '', account = '', rest = '' } = parts;
  const owner = account === '' ? '' : known.of('account', account);
  return `arn:${partition}:${service}:${region}:${owner}:${scrubResource(service, rest, known)}`;
}

function scrubResource(service: string, rest: string, known: Placeholders): string {
  const [, kind = '', name = ''] = /^([a-z-]+)\/(.+)$/s.exec(rest) ?? [];
  if (service === 'codebuild' && ['build', 'build-batch', 'project'].includes(kind)) {
    return `${kind}/${scrubId(name, 'project', known)}`;
  }
  if (service === 'codebuild' && ['report', 'report-group'].includes(kind)) {
    return `${kind}/${scrubId(name, 'report-group', known)}`;
  }
  if (service === 's3') {
    const slash = rest.indexOf('/');
    if (slash < 0) return known.of('bucket', rest);
    return `${known.of('bucket', rest.slice(0, slash))}/${known.of('key', rest.slice(slash + 1))}`;
  }
  const { group, stream } = LOG_STREAM.exec(rest)?.groups ?? {};
  if (service === 'logs' && group !== undefined && stream !== undefined) {
    return `log-group:${scrubLogGroup(group, known)}:log-stream:${scrubLogStream(stream, known)}`;
  }
  return known.of(service, rest);
}

/** `name:uuid`, or a name alone. */
function scrubId(id: string, kind: string, known: Placeholders): string {
  const colon = id.indexOf(':');
  if (colon < 0) return known.of(kind, id);
  return `${known.of(kind, id.slice(0, colon))}:${known.of('uuid', id.slice(colon + 1))}`;
}

/** Before a build has begun its log is named "null". */
function scrubLogGroup(name: string, known: Placeholders): string {
  if (name === 'null') return name;
  const [, project] = /^\/aws\/codebuild\/(.+)$/s.exec(name) ?? [];
  return project === undefined
    ? known.of('log-group', name)
    : `/aws/codebuild/${known.of('project', project)}`;
}

function scrubLogStream(name: string, known: Placeholders): string {
  if (name === 'null') return name;
  const [, prefix, uuid = ''] = new RegExp(`^(?:(.*)/)?(${UUID})$`, 's').exec(name) ?? [];
  if (uuid === '') return known.of('log-stream', name);
  const own = known.of('uuid', uuid);
  return prefix === undefined ? own : `${known.of('log-stream', prefix)}/${own}`;
}

/** A sentence of the service: its own words stay, for they are what is asked for. */
function scrubProse(text: string, known: Placeholders): string {
  const parts = [String.raw`arn:aws[^\s"',;()]*[^\s"',;():.]`, UUID, String.raw`\d{12}`];
  const names = known.reals().map((real) => real.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`));
  return text.replace(new RegExp([...parts, ...names].join('|'), 'g'), (found) => {
    if (found.startsWith('arn:')) return scrubArn(found, known);
    if (/^\d{12}$/.test(found)) return known.of('account', found);
    return known.of(new RegExp(`^${UUID}$`).test(found) ? 'uuid' : 'name', found);
  });
}
