import { runInNewContext } from 'node:vm';
import type { Resource, Resources } from './resources.ts';

/** What the template's distribution does with a request. */
export interface PortalSite {
  /** In the order in which they are tried. The last one takes every path. */
  readonly behaviours: readonly SiteBehaviour[];
}

export interface SiteBehaviour {
  /** Such as `/api/*`. */
  readonly pattern: string;
  readonly target: 'files' | 'api';
  /** The path at the target. */
  readonly rewrite: (path: string) => string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of an answer that is no error, besides. */
  readonly headersOfSuccess: Readonly<Record<string, string>>;
}

interface CacheBehavior {
  readonly PathPattern?: string;
  readonly TargetOriginId: string;
  readonly ResponseHeadersPolicyId?: string;
  readonly FunctionAssociations?: readonly { EventType: string; FunctionARN: string }[];
}

interface DistributionConfig {
  readonly DefaultCacheBehavior: CacheBehavior;
  readonly CacheBehaviors?: readonly CacheBehavior[];
  readonly Origins: readonly { Id: string; CustomOriginConfig?: object }[];
}

/** Reads the one distribution of the templates. Undefined if there is none. */
export function portalSiteOf(resources: Resources): PortalSite | undefined {
  const [distribution] = resources.ofType('AWS::CloudFront::Distribution');
  if (!distribution) return undefined;
  const config = distribution.properties['DistributionConfig'] as DistributionConfig;
  const functions = byRef(resources.ofType('AWS::CloudFront::Function'));
  const policies = byRef(resources.ofType('AWS::CloudFront::ResponseHeadersPolicy'));
  const codesAt = (eventType: string, { FunctionAssociations: associations = [] }: CacheBehavior) =>
    associations
      .filter(({ EventType }) => EventType === eventType)
      .map(({ FunctionARN }) => String(known(functions, FunctionARN).properties['FunctionCode']));
  const read = (behaviour: CacheBehavior): SiteBehaviour => ({
    pattern: behaviour.PathPattern ?? '*',
    target: config.Origins.find(({ Id }) => Id === behaviour.TargetOriginId)?.CustomOriginConfig
      ? 'api'
      : 'files',
    rewrite: rewriteBy(codesAt('viewer-request', behaviour)),
    headers: behaviour.ResponseHeadersPolicyId
      ? headersOf(known(policies, behaviour.ResponseHeadersPolicyId))
      : {},
    headersOfSuccess: headersBy(codesAt('viewer-response', behaviour)),
  });
  return { behaviours: [...(config.CacheBehaviors ?? []), config.DefaultCacheBehavior].map(read) };
}

/** Runs the code that CloudFront runs. */
function rewriteBy(codes: readonly string[]): (path: string) => string {
  const handlers = codes.map(handlerOf);
  return (path) =>
    handlers.reduce((uri, handler) => (handler({ request: { uri } }) as { uri: string }).uri, path);
}

function headersBy(codes: readonly string[]): Record<string, string> {
  const headers: Record<string, { value: string }> = {};
  for (const code of codes) handlerOf(code)({ response: { headers } });
  return Object.fromEntries(Object.entries(headers).map(([name, { value }]) => [name, value]));
}

function handlerOf(code: string) {
  return runInNewContext(`${code}; handler`) as (event: object) => unknown;
}

interface HeadersPolicy {
  readonly CustomHeadersConfig?: { Items: readonly { Header: string; Value: string }[] };
  readonly SecurityHeadersConfig?: {
    ContentSecurityPolicy?: { ContentSecurityPolicy: string };
    ContentTypeOptions?: object;
    FrameOptions?: { FrameOption: string };
    ReferrerPolicy?: { ReferrerPolicy: string };
    StrictTransportSecurity?: { AccessControlMaxAgeSec: number; IncludeSubdomains?: boolean };
  };
}

function headersOf({ properties }: Resource): Record<string, string> {
  const { CustomHeadersConfig, SecurityHeadersConfig: security = {} } = properties[
    'ResponseHeadersPolicyConfig'
  ] as HeadersPolicy;
  const transport = security.StrictTransportSecurity;
  const named: Record<string, string | undefined> = {
    'content-security-policy': security.ContentSecurityPolicy?.ContentSecurityPolicy,
    'x-content-type-options': security.ContentTypeOptions && 'nosniff',
    'x-frame-options': security.FrameOptions?.FrameOption,
    'referrer-policy': security.ReferrerPolicy?.ReferrerPolicy,
    'strict-transport-security':
      transport &&
      `max-age=${transport.AccessControlMaxAgeSec}${transport.IncludeSubdomains ? '; includeSubDomains' : ''}`,
  };
  const custom = (CustomHeadersConfig?.Items ?? []).map(({ Header, Value }) => [Header, Value] as const);
  return Object.fromEntries([
    ...Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ...custom,
  ]);
}

function byRef(resources: readonly Resource[]): Map<string, Resource> {
  return new Map(resources.map((resource) => [resource.ref, resource]));
}

function known(map: ReadonlyMap<string, Resource>, ref: string): Resource {
  const value = map.get(ref);
  if (!value) throw new Error(`the templates refer to ${ref}, which the local run did not find`);
  return value;
}
