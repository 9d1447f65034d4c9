import type { Build, BuildPhase } from '@aws-sdk/client-codebuild';
import type { BuildDetails, BuildLogs, ContextualPhase } from '../domain/batch.ts';
import { buildLogsUrl, consoleLink } from './console-url.ts';

/**
 * Turns a build as the SDK gives it into the domain's. Null for a build without an ARN.
 *
 * @param region the region that was asked
 */
export function normalizeBuild(build: Build, region: string): BuildDetails | null {
  const { arn } = build;
  if (!arn) return null;
  return {
    arn,
    status: build.buildStatus?.toUpperCase() ?? '',
    startedOn: build.startTime?.getTime() ?? null,
    endedOn: build.endTime?.getTime() ?? null,
    phases: (build.phases ?? []).map(normalisePhase),
    logs: normalizeLogs(build, arn, region),
    reportArns: build.reportArns ?? [],
    image: build.environment?.image ?? '',
    computeType: build.environment?.computeType ?? '',
    buildspec: build.source?.buildspec ?? '',
  };
}

/** Turns a phase of a build or batch into the domain's, without the contexts that say nothing. */
export function normalisePhase(
  phase: Pick<BuildPhase, 'contexts' | 'phaseStatus'> & { phaseType?: string | undefined },
): ContextualPhase {
  return {
    type: phase.phaseType?.toUpperCase() ?? '',
    status: phase.phaseStatus?.toUpperCase() ?? null,
    contexts: (phase.contexts ?? [])
      .map(({ statusCode = '', message = '' }) => ({ code: statusCode, message }))
      .filter(({ code, message }) => code !== '' || message !== ''),
  };
}

/**
 * Before a build is provisioned its log has the group and stream `null`, also as words in the link
 * (AWS CLI example of retry-build); and all of it may be missing.
 */
function normalizeLogs({ logs }: Build, arn: string, region: string): BuildLogs {
  const { groupName, streamName, deepLink = '', s3DeepLink = '' } = logs ?? {};
  const isKnown = !deepLink.includes('group=null');
  return {
    group: groupName && groupName !== 'null' ? groupName : null,
    stream: streamName && streamName !== 'null' ? streamName : null,
    url:
      (isKnown && consoleLink(deepLink, region)) ||
      consoleLink(s3DeepLink, region) ||
      buildLogsUrl(arn, region),
    inS3: logs?.s3Logs?.status === 'ENABLED',
  };
}
