import { expect, test } from '@jest/globals';
import { resultsOf } from '../../src/report/results.ts';
import { renderSummaries } from '../../src/report/summary/summary.ts';
import { runFlow } from '../support/flow.ts';
import { BROKEN, ID, shop } from '../support/scenarios.ts';

const artifact = 'arn:aws:s3:::shop/package.zip';

test.each([
  ['aws', 'eu-west-1', 'console.aws.amazon.com'],
  ['aws-cn', 'cn-northwest-1', 'console.amazonaws.cn'],
  ['aws-us-gov', 'us-gov-east-1', 'console.amazonaws-us-gov.com'],
  ['aws-eusc', 'eusc-de-east-1', 'console.amazonaws-eusc.eu'],
])('in %s a batch is named by its console URL, and all links lead there', async (...given) => {
  const [partition, region, host] = given;
  const path = `/codesuite/codebuild/123456789012/projects/web-shop/batch/${encodeURIComponent(ID)}`;
  const url = `https://${region}.${host}${path}?region=${region}`;
  const groups = { ...BROKEN.groups, package: { artifact } };
  const reports = { unit: { cases: { failed: [{ name: 'pays', message: 'no' }] } } };
  const scenario = { ...shop({ ...BROKEN, groups, reports }), partition, region };
  const { outcome } = await runFlow(scenario, { 'batch-id': url, 'max-retries': '0' });
  const results = resultsOf(outcome);
  expect(results['console-url']).toBe(url);
  const links = `${JSON.stringify(results)} ${renderSummaries(outcome)['job-summary']}`.match(
    /https:\/\/[^\s"/)]+/g,
  );
  const hosts = [...new Set(links)].sort();
  const ofS3 = partition === 'aws' ? [`https://s3.${host}`] : [];
  expect(hosts).toEqual([`https://${host}`, `https://${region}.${host}`, ...ofS3].sort());
});

test('a region that appears in ARNs but was not requested is in no link', async () => {
  const scenario = { ...shop(BROKEN), region: 'us-east-1' };
  const given = { 'batch-id': ID, 'aws-region': 'us-west-2', 'max-retries': '0' };
  const { outcome } = await runFlow(scenario, given);
  expect(outcome.conclusion).toBe('failure');
  expect(JSON.stringify(resultsOf(outcome))).not.toContain('us-east-1.console');
});
