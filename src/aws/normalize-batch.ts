import type {
  BuildArtifacts,
  BuildBatch,
  BuildGroup as SdkBuildGroup,
  BuildSummary,
  ResolvedArtifact,
} from '@aws-sdk/client-codebuild';
import type { Artifact, Batch, Build, BuildGroup } from '../domain/batch.ts';
import { batchConsoleUrl, buildConsoleUrl, buildLogsUrl, s3Object } from './console-url.ts';
import { wholeNumber } from './lenient.ts';
import { normalizePhase } from './normalize-build.ts';

/**
 * Turns the SDK's batch into the domain's. Any member may be absent, and a status may be one that the
 * API model does not list (PENDING and CLIENT_ERROR occur).
 *
 * @param region the region of the client
 * @returns null for a batch without an id
 */
export function normalizeBatch(batch: BuildBatch, region: string): Batch | null {
  const { id, arn = '' } = batch;
  if (!id) return null;
  return {
    id,
    arn,
    consoleUrl: batchConsoleUrl(arn, region),
    projectName: batch.projectName ?? id.slice(0, Math.max(0, id.indexOf(':'))),
    number: wholeNumber(batch.buildBatchNumber),
    status: batch.buildBatchStatus ?? '',
    complete: batch.complete ?? false,
    endedOn: batch.endTime?.getTime() ?? null,
    source: { type: batch.source?.type ?? '', location: batch.source?.location ?? '' },
    sourceVersion: batch.sourceVersion ?? null,
    resolvedSourceVersion: batch.resolvedSourceVersion ?? null,
    phases: (batch.phases ?? []).map((phase) => ({
      ...normalizePhase(phase),
      startedOn: phase.startTime?.getTime() ?? null,
    })),
    groups: (batch.buildGroups ?? []).flatMap((group) => normalizeGroup(group, region)),
    combinedArtifacts: [batch.artifacts, ...(batch.secondaryArtifacts ?? [])].flatMap((artifact) =>
      normalizeCombinedArtifact(artifact, region),
    ),
    reportArns: batch.reportArns ?? [],
  };
}

function normalizeGroup(group: SdkBuildGroup, region: string): BuildGroup[] {
  const { identifier } = group;
  if (!identifier) return [];
  return [
    {
      identifier,
      dependsOn: group.dependsOn ?? [],
      ignoreFailure: group.ignoreFailure ?? false,
      current: group.currentBuildSummary
        ? normalizeBuild(group.currentBuildSummary, identifier, region)
        : null,
      prior: (group.priorBuildSummaryList ?? []).map((build) =>
        normalizeBuild(build, identifier, region),
      ),
    },
  ];
}

function normalizeBuild(build: BuildSummary, group: string, region: string): Build {
  // The API reference calls it the batch build's ARN, but it is the build's (AWS CLI examples).
  const arn = build.arn ?? '';
  const entries = [build.primaryArtifact ?? [], build.secondaryArtifacts ?? []].flat();
  return {
    arn,
    requestedOn: build.requestedOn?.getTime() ?? null,
    status: build.buildStatus?.toUpperCase() ?? 'PENDING',
    artifacts: entries.flatMap((artifact) => normalizeArtifact(artifact, group, region)),
    hasArtifactEntry: entries.length > 0,
    consoleUrl: buildConsoleUrl(arn, region),
    logsUrl: buildLogsUrl(arn, region),
  };
}

function normalizeArtifact(artifact: ResolvedArtifact, group: string, region: string): Artifact[] {
  const { location, identifier = '', type = '' } = artifact;
  if (!location) return [];
  return [{ group, identifier, type, location, ...s3Object(location, region) }];
}

/** The batch's own artifact, with those of all groups, if the project combines them. */
function normalizeCombinedArtifact(
  artifact: BuildArtifacts | undefined,
  region: string,
): Artifact[] {
  const { location, artifactIdentifier: identifier = '' } = artifact ?? {};
  if (!location) return [];
  return [{ group: null, identifier, type: '', location, ...s3Object(location, region) }];
}
