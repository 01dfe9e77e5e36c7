import { describe, expect, test } from '@jest/globals';
import { startPortalServer } from '../../local/portal-server.ts';
import { type PortalSite, portalSiteOf } from '../../local/portal-site.ts';
import { readResources } from '../../local/resources.ts';
import { synthesize } from './synthesized-template.ts';

/** The page for account owners, as it is deployed and as the local run serves it. */

type Properties = Record<string, unknown>;
interface RawResource {
  readonly Type: string;
  readonly Properties: Properties;
}

async function resourcesOf(context: Record<string, string> = {}): Promise<RawResource[]> {
  const api = (await synthesize(context)).raw.find(({ stack }) => stack === 'Api');
  if (!api) throw new Error('there is no API');
  return Object.values((api.template as unknown as { Resources: Record<string, RawResource> }).Resources);
}

async function propertiesOf(type: string, context?: Record<string, string>): Promise<Properties[]> {
  return (await resourcesOf(context)).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
}

async function siteOf(context: Record<string, string> = {}): Promise<PortalSite> {
  const stacks = (await synthesize(context)).raw.map(({ stack, template }) => {
    const { Resources: resources } = template as unknown as { Resources: never };
    return { name: stack, resources, outputs: {}, assetFolders: new Map() };
  });
  const endpoints = { sqsUrl: 'http://127.0.0.1:1', portalUrl: 'http://127.0.0.1:2' };
  const site = portalSiteOf(readResources(stacks, endpoints));
  if (!site) throw new Error('the templates have no page');
  return site;
}

const contentSecurityPolicy = (frameAncestors: string) =>
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; " +
  `base-uri 'none'; form-action 'none'; frame-ancestors ${frameAncestors}`;

const headersOfPage = {
  'content-security-policy': contentSecurityPolicy("'none'"),
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(), clipboard-write=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
};

describe('the files of the page', () => {
  test('are in a bucket that is closed to the public, encrypted, and read over TLS by the distribution alone', async () => {
    const [bucket, ...others] = await propertiesOf('AWS::S3::Bucket');
    const [policy] = await propertiesOf('AWS::S3::BucketPolicy');
    const { Statement: statements } = (policy ?? {})['PolicyDocument'] as { Statement: Properties[] };

    expect(others).toEqual([]);
    expect(bucket).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
    expect(statements).toMatchObject([
      { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Condition: { StringEquals: { 'AWS:SourceArn': expect.anything() } },
      },
    ]);
    expect(statements).toHaveLength(2);
  });

  test('are served by HTTP/2 and 3, compressed, over TLS only', async () => {
    const [distribution] = await propertiesOf('AWS::CloudFront::Distribution');
    const config = distribution?.['DistributionConfig'] as Properties & { CacheBehaviors: Properties[] };

    expect(config).toMatchObject({
      HttpVersion: 'http2and3',
      DefaultCacheBehavior: { Compress: true, ViewerProtocolPolicy: 'redirect-to-https' },
    });
    expect(config.CacheBehaviors).toMatchObject([
      { PathPattern: '/assets/*', Compress: true, ViewerProtocolPolicy: 'redirect-to-https' },
      {
        PathPattern: '/api/*',
        ViewerProtocolPolicy: 'https-only',
        // The managed policies that keep nothing, and that send all but the viewer's host.
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
      },
    ]);
  });

  test('come with these headers, and are asked for anew', async () => {
    const page = (await siteOf()).behaviours.at(-1);

    expect(page).toMatchObject({ pattern: '*', target: 'files' });
    expect(page?.headers).toEqual({ ...headersOfPage, 'cache-control': 'no-cache' });
  });

  test('whose names change with their content are kept for ever, but not that one is missing', async () => {
    const assets = (await siteOf()).behaviours.find(({ pattern }) => pattern === '/assets/*');

    expect(assets?.headers).toEqual(headersOfPage);
    expect(assets?.headersOfSuccess).toEqual({ 'cache-control': 'public, max-age=31536000, immutable' });
  });

  test('have policies as strict as that of what the API answers', async () => {
    const api = (await siteOf()).behaviours.find(({ pattern }) => pattern === '/api/*');

    expect(api?.headers).toEqual(headersOfPage);
  });

  test('are shown in frames of the configured origins, and of no others', async () => {
    const portalFrameAncestors = 'https://app.iomnihub.example,https://crm.example:8443';

    for (const { headers } of (await siteOf({ portalFrameAncestors })).behaviours.filter(
      ({ target }) => target === 'files',
    )) {
      expect(headers['content-security-policy']).toBe(
        contentSecurityPolicy('https://app.iomnihub.example https://crm.example:8443'),
      );
      expect(headers).not.toHaveProperty('x-frame-options');
    }
  });
});

describe('a path', () => {
  const rewrite = async (path: string) => {
    const { behaviours } = await siteOf();
    const found = behaviours.find(({ pattern }) => pattern === '*' || path.startsWith(pattern.slice(0, -1)));
    return `${found?.target} ${found?.rewrite(path)}`;
  };

  test.each([
    ['/', 'files /index.html'],
    ['/webhooks/sub_1', 'files /index.html'],
    ['/a.b/c', 'files /index.html'],
    ['/favicon.svg', 'files /favicon.svg'],
    ['/assets/page-1a2b.js', 'files /assets/page-1a2b.js'],
    ['/api/subscriptions', 'api /subscriptions'],
    ['/api/api/x', 'api /api/x'],
    ['/apiary', 'files /index.html'],
  ])('%s leads to %s', async (path, target) => {
    expect(await rewrite(path)).toBe(target);
  });
});

test('the API is told the address of the page, and the stack says it', async () => {
  const { outputs } = await synthesize({});

  expect(Object.keys(outputs)).toEqual(expect.arrayContaining(['PortalUrl', 'PortalFiles']));
  const variables = (await propertiesOf('AWS::Lambda::Function')).map(
    ({ Environment }) => (Environment as { Variables: Properties }).Variables['PORTAL_URL'],
  );
  expect(variables.filter(Boolean)).toHaveLength(1);
});

test('the local run answers with the headers of the template', async () => {
  const faults: unknown[] = [];
  const server = await startPortalServer(0, (fault) => faults.push(fault));
  try {
    expect((await fetch(server.url)).status).toBe(503);
    server.serve(await siteOf(), 'http://127.0.0.1:9');
    for (const path of ['/', '/webhooks/sub_1']) {
      const { headers } = await fetch(`${server.url}${path}`);
      expect(Object.fromEntries(headers)).toMatchObject({ ...headersOfPage, 'cache-control': 'no-cache' });
    }
    const outside = await fetch(`${server.url}/assets/%2e%2e/%2e%2e/package.json`);
    expect(outside.status).toBe(404);
    const missing = await fetch(`${server.url}/assets/page-of-yesterday.js`);
    expect([missing.status, missing.headers.get('cache-control')]).toEqual([404, null]);
    expect(faults).toEqual([]);
  } finally {
    await server.close();
  }
});
