import type { Batch, Source } from './batch.ts';

/** A repository of the GitHub server that this run belongs to. */
export interface Repository {
  readonly owner: string;
  readonly name: string;
}

/** URL of a repository as git takes it: https://host/…, ssh://git@host/…, or git@host:…. */
const URL_FORM = /^(?:https?|ssh|git):\/\//i;
const SCP_FORM = /^(?:[\w.-]+@)?(?<host>[\w.-]+):(?<path>[^/@:][^@:]*)$/;
/** What is no host name may be part of a credential: `token:x-oauth-basic@github.com/…` is no URL. */
const HOST = /^(?:[a-z\d][a-z\d-]{0,62}\.)+[a-z]{2,}$/;
/** Owner and name in the characters that GitHub gives them. */
const PATH = /^\/?(?<owner>[\w.-]+)\/(?<name>[\w.-]+?)(?:\.git)?\/?$/;

/**
 * The repository that a batch was built from, if it is on the GitHub server that this run belongs to.
 *
 * @param serverUrl that server, such as `https://github.com`
 * @returns the repository, or why there is none, to stand within a sentence. No part of the location
 *   but its host is repeated: it may hold a password
 */
export function repositoryOf({ type, location }: Source, serverUrl: string): Repository | string {
  const kind = type === '' ? '' : ` (${type})`;
  if (location === '') return `the source of the batch has no URL${kind}`;
  const ours = hostOf(serverUrl);
  const url = parseGitUrl(location, ours);
  if (url === null) return `the source of the batch is not a Git repository${kind}`;
  if (url.host !== ours) {
    return `the source of the batch is on ${url.host}${kind}, not on ${ours}`;
  }
  const { owner, name = '' } = PATH.exec(url.path)?.groups ?? {};
  if (owner === undefined || ![owner, name].every(isNamePart)) {
    return `the source of the batch is not the URL of a repository on ${ours}${kind}`;
  }
  return { owner, name };
}

/** Whether a text can be the owner or the name of a repository, in the characters that GitHub gives them. */
export function isNamePart(text: string): boolean {
  return /^(?!\.+$)[\w.-]+$/.test(text);
}

/** Why a batch has no commit, to stand within a sentence. */
export const NO_COMMIT = 'CodeBuild does not report the commit that the batch was built from';

/** The full id of the commit that a batch was built from, in lower case; null: there is none. */
export function commitOf({ resolvedSourceVersion }: Batch): string | null {
  const commit = (resolvedSourceVersion ?? '').toLowerCase();
  return isCommitId(commit) ? commit : null;
}

/** Whether a source version is the full id of a commit (SHA-1 or SHA-256). */
export function isCommitId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text);
}

/** The first digits of a commit id, by which people know it. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 12);
}

/** Whether both are the same to GitHub, which ignores the case of names. */
export function isSameRepository(one: Repository, other: Repository): boolean {
  const nameOf = ({ owner, name }: Repository): string => `${owner}/${name}`.toLowerCase();
  return nameOf(one) === nameOf(other);
}

function parseGitUrl(location: string, ours: string): { host: string; path: string } | null {
  if (URL_FORM.test(location)) {
    const url = URL.parse(location);
    return url === null ? null : { host: url.hostname.toLowerCase(), path: url.pathname };
  }
  const { host: given = '', path = '' } = SCP_FORM.exec(location)?.groups ?? {};
  const host = given.toLowerCase();
  return host !== '' && (host === ours || HOST.test(host)) ? { host, path } : null;
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname.toLowerCase() ?? '';
}
