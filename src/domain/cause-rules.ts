import { wildcard } from '../text/wildcard.ts';

/**
 * What a status code and its message mean for a failure:
 *
 * - `permanent`: a retry of the same source with the same project fails again
 * - `code`: what is built failed, although it may be flaky
 * - `passing`: AWS, the network or a registry failed: a retry is worth it
 */
export type Finding = 'permanent' | 'code' | 'passing';

/** Data alone: a rule cannot run a regular expression on a message, which is foreign text. */
export interface CauseRule {
  readonly finding: Finding;
  /** Status codes in upper case; `*` stands for any text. Absent: any. */
  readonly codes?: readonly string[];
  /** The message holds one of these, in lower case; `*` stands for any text. Absent: any message. */
  readonly texts?: readonly string[];
}

/**
 * The first rule that fits decides. What is surely permanent goes before what passes: a name in a
 * message (`parameter does not exist: /app/rate exceeded`) must not make it worth a retry. Then come
 * the codes that decide where the message does not.
 */
export const CAUSE_RULES: readonly CauseRule[] = [
  // The message repeats the user's command, so it adds nothing (aws/copilot-cli#2780).
  { finding: 'code', codes: ['COMMAND_EXECUTION_ERROR'] },
  // A batch spec or buildspec that cannot be read (aws/copilot-cli#1673, aws-samples/mlops-e2e#68,
  // aws/aws-cdk#29592; user guide, "This build image requires selecting at least one runtime version").
  {
    finding: 'permanent',
    codes: ['BATCH_SPEC*_ERROR', 'BUILDSPEC*_ERROR', 'YAML_FILE_ERROR'],
  },
  // The build made no such file (aws/copilot-cli#2780).
  {
    finding: 'code',
    codes: ['CLIENT_ERROR'],
    texts: ['no matching *path found', 'no matching *paths found'],
  },
  // GitHub's limits, which come with HTTP 403 as a missing permission does (GitHub REST API, "Rate limits").
  { finding: 'passing', texts: ['secondary rate limit', 'api rate limit exceeded'] },

  // Permissions of the service role.
  {
    finding: 'permanent',
    texts: [
      'not authorized to perform', // aws/aws-cdk#9980, #12179
      'not authorized to access', // CodeConnections, OAuthProviderException
      'authorization failed', // go-git, for primary source: codeconnections:UseConnection is missing
      'unauthorizedoperation', // EC2: aws/aws-cdk#12705; user guide, "Troubleshoot EFS integration"
      'access denied', // S3: awslabs/aws-codebuild-jenkins-plugin#42; docker: "pull access denied"
      'accessdenied', // the same as an error code
      'mounting *permission denied', // user guide, "Troubleshoot EFS integration"
      'no longer has permission', // user guide, "Error calling GetBucketAcl"
    ],
  },
  // Something that is named, but is not there: parameters (cloudposse/terraform-aws-cicd#107),
  // secrets (aws/aws-codebuild-docker-images#475), repositories, buckets, keys, subnets.
  {
    finding: 'permanent',
    texts: [
      'does not exist',
      'doesnotexist', // CodeCommit API reference: RepositoryDoesNotExistException
      "can't find the specified",
    ],
  },
  // Sources and artifacts in S3.
  {
    finding: 'permanent',
    texts: [
      'nosuchkey', // aws-deployment-framework#302
      'nosuchbucket', // S3 API reference, "Error responses"
      'invalidobjectstate', // the same: the object is archived
      'bucketregionerror', // AWS SDK for Go: the bucket is in another region
      'must be addressed using the specified endpoint', // user guide, "Troubleshooting"
      'invalid arn', // user guide, "Failed to upload artifacts: Invalid arn"
      'status code: 401', // AWS SDK for Go, which writes these messages
      'status code: 403',
      'status code: 404',
      'not a valid zip file', // Go, archive/zip
    ],
  },
  // Keys in KMS, and images without the certificates of the authorities that AWS uses.
  {
    finding: 'permanent',
    texts: [
      'kms.disabledexception', // S3, SSM and SQS, of the key that they use
      'kmsdisabledexception', // the same, in other words
      'kmsinvalidstateexception', // KMS API reference: the key is to be deleted, say
      'x509: ', // Go, crypto/x509 (user guide, "x509: failed to load system roots"; qiita.com/takiguchi-yu)
    ],
  },
  // Sources in git: what git, GitHub, GitLab, Bitbucket and CodeCommit say.
  {
    finding: 'permanent',
    texts: [
      "couldn't find remote ref", // git fetch
      'remote branch *not found', // git clone
      'reference not found', // go-git, which CodeBuild uses: "… for primary source and source version"
      'object not found', // go-git: no such commit
      'remote repository is empty', // go-git
      'invalid auth method', // go-git
      'direct fetching of that commit failed', // git submodule update
      'over its data quota', // GitHub, Git LFS
      'not our ref', // git: a commit that was replaced by a forced push
      'unadvertised object', // the same, from older servers
      'reference is not a tree', // git checkout
      'did not match any file', // git checkout: "pathspec '…' did not match any file(s) known to git"
      'repository not found', // GitHub, CodeBuild
      "repository '*' not found", // git
      'may not have access to this repository', // Bitbucket
      'could not be found or you don', // GitLab: "… or you don't have permission to view it"
      'does not appear to be a git repository', // git over SSH
      'authentication required', // go-git: "authentication required for primary source"
      'bad credentials', // GitHub
      'could not find access token', // CodeBuild: the project is not connected to its source
      'authentication failed', // git over HTTPS
      'could not read username', // aws-samples/amazon-mwaa-automating-dag-deployment#3
      'could not read password', // the same
      'invalid username or ', // GitHub: "… password", "… token"
      'permission denied (publickey', // git over SSH
      'host key verification failed', // git over SSH
      'returned error: 401', // git over HTTPS, "The requested URL returned error"
      'returned error: 403', // aws-amplify/amplify-hosting#1439
      'returned error: 404',
      'ssl certificate problem', // user guide, "Git clone failed: … self signed certificate"
    ],
  },
  // Build images.
  {
    finding: 'permanent',
    texts: [
      'manifest unknown', // Docker registry API: no such tag
      'manifest_unknown', // the same as an error code
      'manifest not found',
      'image not found', // Amazon ECR: "Requested image not found"
      'manifest for *not found', // docker pull
      'no matching manifest', // docker pull: none for this architecture
      'no match for platform', // containerd: the same
      'failed to resolve ref*: not found', // containerd, as in Amazon ECS "CannotPullContainerError"
      'name unknown', // Docker registry API: no such repository
      'name_unknown', // the same as an error code
      'name not known to registry', // the same in words
      'no basic auth credentials', // docker pull
      'requested access to the resource is denied', // Docker Hub
      'incorrect username or password', // davoclock/aws-cicd-pipeline#6
      'unauthorized: ', // Docker registry API
      '401 unauthorized', // the same
      '403 forbidden', // the same
      'invalid reference format', // aws-samples/amazon-ecs-java-microservices#6
      'image is incompatible with', // user guide, "BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE": Windows versions
      'cannot be used on this platform', // docker pull: Windows and Linux
      'exec format error', // an image of another architecture
      'no space left on device', // user guide: the image is larger than the disk of the compute type
    ],
  },
  // A VPC that is not there any more (Amazon EC2 API reference, "Error codes").
  {
    finding: 'permanent',
    codes: ['VPC_CLIENT_ERROR'],
    texts: [
      'invalidsubnet',
      'invalidgroup',
      'invalidsecuritygroup',
      'invalidvpc',
      'invalidparameter',
      'subnet *not found',
      'security group *not found',
      'vpc *not found',
    ],
  },

  // Throttling, server errors, broken connections, whatever the code.
  {
    finding: 'passing',
    texts: [
      'rate exceeded', // AWS: the message of ThrottlingException
      'throttlingexception', // AWS, "Common errors"
      'throttledexception',
      'requestthrottled',
      'throttling: ',
      'requestlimitexceeded', // EC2: aws-ia/terraform-aws-control_tower_account_factory#626
      'accountlimitexceeded', // aws-amplify/amplify-cli#14920: builds of a batch over the limit
      'toomanyrequests', // Docker Hub, Amazon ECR, AWS: TooManyRequestsException
      'too many requests', // HTTP 429
      'slowdown', // S3
      'reduce your request rate', // S3
      'internal server error', // HTTP 500, in the words of AWS, git servers and registries
      'internal service error', // CodeBuild: aws-amplify/amplify-category-api#3491
      'internalserviceerror', // Secrets Manager API reference, GetSecretValue
      'internalservererror', // Systems Manager API reference, GetParameters
      'internalfailure', // AWS, "Common errors"
      'internalerror', // S3
      'serviceunavailable', // AWS, "Common errors"
      'service unavailable', // HTTP 503
      'bad gateway', // HTTP 502
      'gateway time', // HTTP 504: "Gateway Timeout", "Gateway Time-out"
      'status code: 429', // AWS SDK for Go
      'status code: 50',
      'returned error: 429', // git over HTTPS
      'returned error: 50',
      'http 429', // git: "RPC failed; HTTP 429" (blog.serverworks.co.jp/CodeCommit-429)
      'http 50',
      'rpc failed', // git, whatever broke it
      'requesttimeout', // S3
      'i/o timeout', // user guide, "RequestError timeout error"
      'tls handshake timeout',
      'timed out',
      'deadline exceeded',
      'connection reset',
      'connection refused',
      'no such host',
      'could not resolve host',
      'temporary failure',
      'early eof', // git
      'unexpected eof',
      'hung up unexpectedly', // git
      'send request failed', // AWS SDK for Go: no answer
      'try again later',
    ],
  },

  // What the code means where the message adds nothing.
  {
    finding: 'permanent',
    codes: [
      'DECRYPTED VARIABLES ERROR', // cloudposse/terraform-aws-cicd#107
      'SECRETS MANAGER ERROR', // aws/aws-codebuild-docker-images#475
      'ACCESS_DENIED', // juspay/hyperswitch-cdk#37
    ],
  },
  {
    finding: 'passing',
    codes: [
      'VPC_CLIENT_ERROR', // aws-ia/terraform-aws-control_tower_account_factory#626
      'BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE', // user guide, "Troubleshooting"
      'INTERNAL*',
    ],
  },
];

/** The codes that the rules name in full. AWS has more. */
export const KNOWN_CODES: readonly string[] = [
  ...new Set(CAUSE_RULES.flatMap(({ codes = [] }) => codes).filter((code) => !code.includes('*'))),
];

const COMPILED = CAUSE_RULES.map(({ finding, codes, texts }) => ({
  finding,
  codes: codes?.map(wildcard),
  texts: texts?.map((text) => text.split('*')),
}));

/**
 * What the status code and message of a failure mean; null: no rule fits. The work grows with the
 * length of the message, and with nothing more.
 *
 * @param code as CodeBuild gave it
 * @param message the same; null where messages are the output of commands, which means nothing here
 */
export function findingOf(code: string, message: string | null): Finding | null {
  const name = foldCode(code);
  const text = message?.toLowerCase() ?? null;
  const rule = COMPILED.find(
    ({ codes, texts }) =>
      (codes?.some((fits) => fits(name)) ?? true) &&
      (texts === undefined || (text !== null && texts.some((parts) => holds(text, parts)))),
  );
  return rule?.finding ?? null;
}

/** A status code, or a phase, as it is compared: without regard to case and to how spaces are written. */
export function foldCode(code: string): string {
  return code.trim().replaceAll(/\s+/g, ' ').toUpperCase();
}

/** Whether a text holds all parts, one after the other. */
function holds(text: string, parts: readonly string[]): boolean {
  let at = 0;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}
