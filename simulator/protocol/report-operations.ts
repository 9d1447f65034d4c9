import { idIn, uuidIn } from '../domain/arn.ts';
import { casesListed, type CaseStatus } from '../domain/reports.ts';
import type { Account, FoundReport } from './account.ts';
import type { Context } from './batch-operations.ts';
import { invalidInput, notFound } from './errors.ts';
import { expiryOf, reportArn, reportView, testCaseView } from './report-view.ts';
import type { Json } from './settings.ts';

/** BatchGetReports. */
export function batchGetReports(
  { account, at }: Context,
  { reportArns }: { reportArns: string[] },
): Json {
  const reports: Json[] = [];
  const reportsNotFound: string[] = [];
  for (const asked of new Set(reportArns)) {
    const found = find(account, asked, at);
    if (found === null) reportsNotFound.push(asked);
    else reports.push(reportView(found.report, found.batch, account.home));
  }
  return { reports, reportsNotFound };
}

/** DescribeTestCases. Default: 100 a page. The token is the number of cases that came before. */
export function describeTestCases(
  { account, at }: Context,
  input: {
    reportArn: string;
    filter?: { status?: CaseStatus; keyword?: string };
    maxResults?: number;
    nextToken?: string;
  },
): Json {
  const { reportArn: asked, filter = {}, maxResults = 100, nextToken = '0' } = input;
  const found = find(account, asked, at);
  if (found === null) throw notFound(`Report cannot be found: ${asked}`);
  const { batch, report } = found;
  const { status, keyword = '' } = filter;
  const cases = casesListed(report).filter(
    ({ status: own, name, suite = '' }) =>
      own === (status ?? own) && (name.includes(keyword) || suite.includes(keyword)),
  );
  const from = /^\d+$/.test(nextToken) ? Number(nextToken) : Infinity;
  if (from > cases.length) throw invalidInput('The nextToken is not valid');
  const to = from + maxResults;
  return {
    testCases: cases
      .slice(from, to)
      .map((testCase) => testCaseView(testCase, report, batch.project, account.home)),
    ...(to < cases.length && { nextToken: String(to) }),
  };
}

/**
 * The report with that ARN, until it expires.
 *
 * @throws ServiceError InvalidInputException for what is no ARN
 */
function find(account: Account, asked: string, at: number): FoundReport | null {
  if (!asked.startsWith('arn:')) throw invalidInput(`Invalid report ARN: ${asked}`);
  const id = idIn(account.home, 'report', asked);
  const found = id === null ? null : account.findReport(uuidIn(id), at);
  if (found === null || at >= expiryOf(found.report) * 1000) return null;
  return reportArn(account.home, found.batch.project, found.report) === asked ? found : null;
}
