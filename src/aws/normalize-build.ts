import type { Build, BuildPhase } from '@aws-sdk/client-codebuild';
import type { BuildDetails, BuildLogs, ContextualPhase } from '../domain/batch.ts';
import { buildLogsUrl, consoleLink } from './console-url.ts';

/**
 * Turns the SDK's build into the domain's.
 *
 * @param region the region of the client
 * @returns null for a build without an ARN
 */
export function normalizeBuild(build: Build, region: string): BuildDetails | null {
  const { arn } = build;
  if (!arn) return null;
  return {
    arn,
    status: build.buildStatus?.toUpperCase() ?? '',
    startedOn: build.startTime?.getTime() ?? null,
    endedOn: build.endTime?.getTime() ?? null,
    phases: (build.phases ?? []).map(normalizePhase),
    logs: normalizeLogs(build, arn, region),
    reportArns: build.reportArns ?? [],
    image: build.environment?.image ?? '',
    computeType: build.environment?.computeType ?? '',
    buildspec: build.source?.buildspec ?? '',
  };
}

/** Turns the SDK's phase of a build or batch into the domain's, without its empty contexts. */
export function normalizePhase(
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
 * Before a build is provisioned, the group and stream of its log are the word `null`, in the link too
 * (AWS CLI example of retry-build). All of it may be absent.
 */
function normalizeLogs({ logs }: Build, arn: string, region: string): BuildLogs {
  const { groupName, streamName, deepLink = '', s3DeepLink = '' } = logs ?? {};
  const hasGroup = !deepLink.includes('group=null');
  const inS3 = logs?.s3Logs?.status === 'ENABLED';
  const { status: cloudWatch = inS3 ? 'DISABLED' : 'ENABLED' } = logs?.cloudWatchLogs ?? {};
  return {
    group: groupName && groupName !== 'null' ? groupName : null,
    stream: streamName && streamName !== 'null' ? streamName : null,
    url:
      (hasGroup && consoleLink(deepLink, region)) ||
      consoleLink(s3DeepLink, region) ||
      buildLogsUrl(arn, region),
    inCloudWatch: cloudWatch !== 'DISABLED',
    inS3,
  };
}
