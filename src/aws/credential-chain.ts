import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { ServiceError } from '../async/service-error.ts';
import { clientSettings, withCallTimeout, type ClientOptions } from './client.ts';
import type { Credentials } from './credential-cache.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Characters of the error of a provider, and of the message about a profile. */
const MAX_ERROR_LENGTH = 300;
const MAX_PROFILE_MESSAGE_LENGTH = 1000;
/** The start of a line that a provider of the SDK writes to a debug log. */
const PROVIDER_PREFIX = /^@smithy\/property-provider (?:->|\(!\)) /;
/** What a provider writes if it is not configured at all. Only used to leave it out of a message. */
const NOT_CONFIGURED =
  /skipping|not specified|not contain credential_process|access disabled|Could not resolve credentials using profile: \[default\]|could not be found in shared|any providers|Unable to find environment|not set in env/i;
/** The variables that configure a provider, and what it reads. */
const PROVIDERS: readonly (readonly [string, string])[] = [
  ['AWS_WEB_IDENTITY_TOKEN_FILE', 'the web identity token'],
  ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'the container endpoint'],
  ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'the container endpoint'],
];
const NO_CREDENTIALS =
  'No AWS credentials found. Set role-to-assume (the job needs the permission id-token: write), run aws-actions/configure-aws-credentials before this step, or attach a role to the runner.';

/**
 * The SDK's default credential provider chain: environment variables, the profile of AWS_PROFILE, a web
 * identity token, a container, the instance. It reads all of them anew each time, files included.
 *
 * @returns fetches credentials within 30 s; throws a `ServiceError` that says which provider failed
 */
export function credentialChain(options: ClientOptions): () => Promise<Credentials> {
  const { clock, environment = {} } = options;
  return async () => {
    const lines: string[] = [];
    // The chain's own error says only that no provider had any; each provider logs its error.
    const log = (text: unknown): void => void lines.push(String(text));
    const logger = { trace: log, debug: log, info: log, warn: log, error: log };
    const settings = { ...clientSettings(options), logger, ignoreCache: true };
    try {
      const { config } = new CodeBuildClient(settings);
      return await withCallTimeout(clock, () => config.credentials());
    } catch (error) {
      throw await chainError(error, lines, environment);
    }
  };
}

/** Whether the chain takes its credentials from keys in environment variables: a profile goes first. */
export function keysAreFixed(environment: Environment): boolean {
  return (
    isSet(environment, 'AWS_ACCESS_KEY_ID') &&
    isSet(environment, 'AWS_SECRET_ACCESS_KEY') &&
    !isSet(environment, 'AWS_PROFILE')
  );
}

/** A mistake that no retry corrects is permanent; all else may be transient. */
async function chainError(
  error: unknown,
  log: readonly string[],
  environment: Environment,
): Promise<ServiceError> {
  const { name = 'UnknownError', message = '' } = Object(error) as Partial<Error>;
  const cause = causeIn([...log, `@smithy/property-provider -> ${message}`]);
  const quoted = cause === '' ? '' : ` Error: ${cause.replace(/\.$/, '')}.`;
  const profile = environment['AWS_PROFILE'] ?? '';
  if (profile !== '') {
    const profiles = await profilesIn(environment);
    return profiles.includes(profile)
      ? new ServiceError('credentials', name, `${profileFailed(profile)}${quoted}`)
      : new ServiceError('permanent', name, noSuchProfile(profile, profiles));
  }
  const provider = PROVIDERS.find(([variable]) => isSet(environment, variable));
  if (provider !== undefined) {
    return new ServiceError('credentials', name, `${providerFailed(...provider)}${quoted}`);
  }
  const isMistake = cause === '' && isMetadataDisabled(environment);
  const noCredentials = `${NO_CREDENTIALS}${halfOfThePair(environment)}${quoted}`;
  return new ServiceError(isMistake ? 'permanent' : 'credentials', name, noCredentials);
}

function profileFailed(profile: string): string {
  return `Could not get AWS credentials from the profile "${profile}" (AWS_PROFILE, which takes precedence over keys in environment variables). Check that it has access keys, a role, an active SSO session (aws sso login), or a working credential_process.`;
}

function providerFailed(variable: string, provider: string): string {
  return `Could not get AWS credentials from ${provider} (${variable}). Check what the variable points to.`;
}

function noSuchProfile(profile: string, profiles: readonly string[]): string {
  const there =
    profiles.length === 0
      ? 'they have no profiles'
      : `they have ${profiles.map((one) => `"${one}"`).join(', ')}`;
  const message = `The profile "${profile}" (AWS_PROFILE) is not in the AWS config and credentials files: ${there}. Set AWS_PROFILE to an existing profile, or leave it empty.`;
  return message.slice(0, MAX_PROFILE_MESSAGE_LENGTH);
}

function halfOfThePair(environment: Environment): string {
  const [key, secret] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  if (isSet(environment, key) === isSet(environment, secret)) return '';
  const [given, empty] = isSet(environment, key) ? [key, secret] : [secret, key];
  return ` ${given} is set, but ${empty} is empty.`;
}

/** SDKs and Tools Reference Guide, "IMDS credential provider". */
function isMetadataDisabled(environment: Environment): boolean {
  const disabled = environment['AWS_EC2_METADATA_DISABLED'] ?? '';
  return disabled !== '' && disabled !== 'false';
}

/** The first error of a provider that is configured, on one line; empty if there is none. */
function causeIn(log: readonly string[]): string {
  const causes = log
    .filter((line) => PROVIDER_PREFIX.test(line))
    .map((line) => withoutSecrets(line.replace(PROVIDER_PREFIX, '')).replace(/\s+/g, ' ').trim())
    .filter((cause) => cause !== '' && !NOT_CONFIGURED.test(cause));
  return (causes[0] ?? '').slice(0, MAX_ERROR_LENGTH);
}

/**
 * The error of a provider without what may be a secret.
 *
 * Node.js repeats the whole command line of a process that failed, with its output, and a piece of a
 * JSON text that it cannot parse. A URL may contain a password or a token.
 */
export function withoutSecrets(cause: string): string {
  if (cause.includes('Command failed:')) {
    return 'the credential_process command failed (its command line and output are hidden because they may contain secrets)';
  }
  if (/JSON (?:at position|input)|in JSON|is not valid JSON/.test(cause)) {
    return 'it returned invalid JSON';
  }
  return cause.replace(/https?:\/\/[^\s"'<>]+/g, (url) => URL.parse(url)?.origin ?? 'a URL');
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
