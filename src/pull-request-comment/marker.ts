import { percentEncode } from '../text/percent-encode.ts';
import type { CommentTarget } from './pull-request.ts';

/** The beginning of a comment of this action. Its values are percent-encoded: none can end it. */
const MARKER =
  /^<!-- retry-codebuild-batch region=(?<region>[\w.~%]*) project=(?<project>[\w.~%]*) commit=(?<commit>[\w.~%]*) batch=(?<batch>\d{1,15}|unknown) -->/;

/** What the marker of a comment says. */
type Marked = Pick<CommentTarget, 'region' | 'project' | 'commit' | 'batch'>;

/** The first line of a comment: Markdown that does not show, by which later runs find the comment. */
export function formatMarker({ region, project, commit, batch }: Marked): string {
  const values = `region=${encode(region)} project=${encode(project)} commit=${encode(commit)}`;
  return `<!-- retry-codebuild-batch ${values} batch=${batch ?? 'unknown'} -->`;
}

/** Whether a comment is about a project. */
export function isAbout(body: string, { region, project }: Marked): boolean {
  const { groups } = MARKER.exec(body) ?? {};
  return groups?.['region'] === encode(region) && groups['project'] === encode(project);
}

/** The number of the batch that a comment is about, if that is a later one of the same commit; else null. */
export function laterBatchIn(body: string, { commit, batch }: Marked): number | null {
  const { groups } = MARKER.exec(body) ?? {};
  const number = Number(groups?.['batch']);
  return groups?.['commit'] === encode(commit) && batch !== null && number > batch ? number : null;
}

/** Letters, digits, `_`, `.`, `~` and percent signs: unlike encodeURIComponent, no hyphens either. */
function encode(text: string): string {
  return percentEncode(text.toWellFormed(), /[-!'()*]/g);
}
