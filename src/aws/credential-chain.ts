import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { ServiceError } from '../async/service-error.ts';
import { clientSettings, type ClientOptions } from './client.ts';
import type { Credentials } from './credential-source.ts';
import { inTime } from './in-time.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Of what a source of credentials says about its failure. */
const LONGEST_MESSAGE = 300;
/** Before what the SDK's providers say of themselves in a debug log. */
const OF_A_PROVIDER = /^@smithy\/property-provider (?:->|\(!\)) /;
/** What a source says that is not set up at all. Only used to leave it out of a message. */
const NOT_SET_UP =
  /skipping|not specified|not contain credential_process|access disabled|Could not resolve credentials using profile: \[default\]|could not be found in shared|any providers|Unable to find environment|not set in env/i;
/** The variables that name a source, and what it is called. */
const SOURCES: readonly (readonly [string, string])[] = [
  ['AWS_WEB_IDENTITY_TOKEN_FILE', 'the web identity token'],
  ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'the container endpoint'],
  ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'the container endpoint'],
];
const NO_CREDENTIALS =
  'No AWS credentials were found. Give role-to-assume (with the permission id-token: write), run aws-actions/configure-aws-credentials before this step, or give the runner a role.';

/**
 * Gets credentials by the SDK's default chain: environment variables, the profile of AWS_PROFILE, a web
 * identity token, a container, the instance. Each time anew, files included.
 */
export function defaultChain(options: ClientOptions): () => Promise<Credentials> {
  const { clock, environment = {} } = options;
  return async () => {
    const said: string[] = [];
    // The chain tells only that all of it was in vain; each source tells a log why it was.
    const note = (text: unknown): void => void said.push(String(text));
    const logger = { trace: note, debug: note, info: note, warn: note, error: note };
    const settings = { ...clientSettings(options), logger, ignoreCache: true };
    try {
      const { config } = new CodeBuildClient(settings);
      return await inTime(clock, () => config.credentials());
    } catch (error) {
      throw await explainChain(error, said, environment);
    }
  };
}

/** Whether the credentials are keys in environment variables, which the chain takes first. */
export function keysAreFixed(environment: Environment): boolean {
  return (
    isSet(environment, 'AWS_ACCESS_KEY_ID') &&
    isSet(environment, 'AWS_SECRET_ACCESS_KEY') &&
    !isSet(environment, 'AWS_PROFILE')
  );
}

/** A mistake that no waiting corrects is permanent; all else may be the moment's. */
async function explainChain(
  error: unknown,
  said: readonly string[],
  environment: Environment,
): Promise<ServiceError> {
  const { name = 'UnknownError', message = '' } = Object(error) as Partial<Error>;
  const reason = reasonIn([...said, `@smithy/property-provider -> ${message}`]);
  const reasonGiven = reason === '' ? '' : ` Error: ${reason.replace(/\.$/, '')}.`;
  const profile = environment['AWS_PROFILE'] ?? '';
  if (profile !== '') {
    const profiles = await profilesIn(environment);
    if (!profiles.includes(profile)) {
      return new ServiceError('permanent', name, noSuchProfile(profile, profiles));
    }
    const sentence = `Could not get AWS credentials from the profile "${profile}" (AWS_PROFILE, which takes precedence over keys in environment variables). Check that it has access keys, a role, an active SSO session (aws sso login), or a working credential_process.${reasonGiven}`;
    return new ServiceError('credentials', name, sentence);
  }
  const source = SOURCES.find(([variable]) => isSet(environment, variable));
  if (source !== undefined) {
    const [variable, from] = source;
    const sentence = `Could not get AWS credentials from ${from} (${variable}). Check what the variable points to.${reasonGiven}`;
    return new ServiceError('credentials', name, sentence);
  }
  const sentence = `${NO_CREDENTIALS}${halfOfThePair(environment)}${reasonGiven}`;
  const isMistake = reason === '' && mayNotAskInstance(environment);
  return new ServiceError(isMistake ? 'permanent' : 'credentials', name, sentence);
}

function noSuchProfile(profile: string, profiles: readonly string[]): string {
  const there =
    profiles.length === 0
      ? 'they have no profiles'
      : `they have ${profiles.map((one) => `"${one}"`).join(', ')}`;
  return `The profile "${profile}" (AWS_PROFILE) is not in the AWS config and credentials files: ${there}. Set AWS_PROFILE to an existing profile, or leave it empty.`.slice(
    0,
    1000,
  );
}

function halfOfThePair(environment: Environment): string {
  const [key, secret] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  if (isSet(environment, key) === isSet(environment, secret)) return '';
  const [given, empty] = isSet(environment, key) ? [key, secret] : [secret, key];
  return ` ${given} is set, but ${empty} is empty.`;
}

function mayNotAskInstance(environment: Environment): boolean {
  const disabled = environment['AWS_EC2_METADATA_DISABLED'] ?? '';
  return disabled !== '' && disabled !== 'false';
}

/** The first thing that a source says which is set up, on one line; empty if none is. */
function reasonIn(said: readonly string[]): string {
  const reasons = said
    .filter((line) => OF_A_PROVIDER.test(line))
    .map((line) => withoutSecrets(line.replace(OF_A_PROVIDER, '')).replace(/\s+/g, ' ').trim())
    .filter((reason) => reason !== '' && !NOT_SET_UP.test(reason));
  return (reasons[0] ?? '').slice(0, LONGEST_MESSAGE);
}

/**
 * What a source says of its failure, without what may be a secret.
 *
 * Node.js repeats the whole command line of a process that failed, with what it wrote, and a piece of a
 * JSON text that it cannot parse. A URL may hold a password or a token.
 */
export function withoutSecrets(reason: string): string {
  if (reason.includes('Command failed:')) {
    return 'the command of credential_process failed (its command line and output are not shown, since they may hold secrets)';
  }
  if (/JSON (?:at position|input)|in JSON|is not valid JSON/.test(reason)) {
    return 'what it read is not valid JSON';
  }
  return reason.replace(/https?:\/\/[^\s"'<>]+/g, (url) => URL.parse(url)?.origin ?? 'a URL');
}

/**
 * The names of the profiles in the shared files (SDKs and Tools Reference Guide, "Shared config and
 * credentials files": `[profile name]` in the one, `[name]` in the other, `[default]` in both).
 */
async function profilesIn(environment: Environment): Promise<string[]> {
  const home = join(environment['HOME'] ?? homedir(), '.aws');
  const files: [string, RegExp][] = [
    [environment['AWS_CONFIG_FILE'] ?? join(home, 'config'), /^\[(?:profile\s+)(.+)\]/],
    [environment['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, 'credentials'), /^\[(.+)\]/],
  ];
  const names = await Promise.all(
    files.map(async ([path, section]) => {
      const text = await readFile(path.replace(/^~(?=\/)/, homedir()), 'utf8').catch(() => '');
      return text.split('\n').flatMap((line) => {
        const name = line.trim().startsWith('[default]')
          ? 'default'
          : section.exec(line.trim())?.[1];
        return name === undefined ? [] : [name.trim().replace(/^["'](.*)["']$/, '$1')];
      });
    }),
  );
  return [...new Set(names.flat())];
}

function isSet(environment: Environment, name: string): boolean {
  return (environment[name] ?? '') !== '';
}
