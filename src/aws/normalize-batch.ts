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
import { normalisePhase } from './normalize-build.ts';

/**
 * Turns a batch as the SDK gives it into the domain's. Every member may be absent, and every status
 * word may be one that the API model does not list (PENDING and CLIENT_ERROR are real).
 *
 * @param region the region that was asked
 * @returns null for a batch without an id: nothing can be said of it
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
    resolvedSourceVersion: batch.resolvedSourceVersion ?? null,
    phases: (batch.phases ?? []).map((phase) => ({
      ...normalisePhase(phase),
      startedOn: phase.startTime?.getTime() ?? null,
    })),
    groups: (batch.buildGroups ?? []).flatMap((group) => normaliseGroup(group, region)),
    combinedArtifacts: [batch.artifacts, ...(batch.secondaryArtifacts ?? [])].flatMap((artifact) =>
      normaliseCombinedArtifact(artifact, region),
    ),
    reportArns: batch.reportArns ?? [],
  };
}

function normaliseGroup(group: SdkBuildGroup, region: string): BuildGroup[] {
  const { identifier } = group;
  if (!identifier) return [];
  return [
    {
      identifier,
      dependsOn: group.dependsOn ?? [],
      ignoreFailure: group.ignoreFailure ?? false,
      current: group.currentBuildSummary
        ? normaliseBuild(group.currentBuildSummary, identifier, region)
        : null,
      prior: (group.priorBuildSummaryList ?? []).map((build) =>
        normaliseBuild(build, identifier, region),
      ),
    },
  ];
}

function normaliseBuild(build: BuildSummary, group: string, region: string): Build {
  // Named "batch build ARN" in the API reference, but it is the build's (AWS CLI examples).
  const arn = build.arn ?? '';
  const entries = [build.primaryArtifact ?? [], build.secondaryArtifacts ?? []].flat();
  return {
    arn,
    requestedOn: build.requestedOn?.getTime() ?? null,
    status: build.buildStatus?.toUpperCase() ?? 'PENDING',
    artifacts: entries.flatMap((artifact) => normaliseArtifact(artifact, group, region)),
    hasArtifactEntry: entries.length > 0,
    consoleUrl: buildConsoleUrl(arn, region),
    logsUrl: buildLogsUrl(arn, region),
  };
}

function normaliseArtifact(artifact: ResolvedArtifact, group: string, region: string): Artifact[] {
  const { location, identifier = '', type = '' } = artifact;
  if (!location) return [];
  return [{ group, identifier, type, location, ...s3Object(location, region) }];
}

/** The batch's own artifacts: those of all its groups in one, where the project combines them. */
function normaliseCombinedArtifact(
  artifact: BuildArtifacts | undefined,
  region: string,
): Artifact[] {
  const { location, artifactIdentifier: identifier = '' } = artifact ?? {};
  if (!location) return [];
  return [{ group: null, identifier, type: '', location, ...s3Object(location, region) }];
}
