// One call by the CodeBuild client, and nothing else.
import { BatchGetBuildBatchesCommand, CodeBuildClient } from '@aws-sdk/client-codebuild';

const ids = [process.env['INPUT_BATCH-ID'] ?? ''];
await new CodeBuildClient().send(new BatchGetBuildBatchesCommand({ ids }));
