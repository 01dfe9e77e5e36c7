import { Duration } from 'aws-cdk-lib';
import {
  HeadersFrameOption,
  HeadersReferrerPolicy,
  type ResponseCustomHeader,
  ResponseHeadersPolicy,
  type ResponseSecurityHeadersBehavior,
} from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { resourceName, type Stage } from './stage.ts';

/** The headers of the page's files. The local run reads them from the template. */
export function portalHeaders(scope: Construct, stage: Stage) {
  const policy = (id: string, comment: string, customHeaders: ResponseCustomHeader[] = []) =>
    new ResponseHeadersPolicy(scope, id, {
      responseHeadersPolicyName: `${resourceName(stage, 'portal')}-${id.toLowerCase()}`,
      comment,
      securityHeadersBehavior: securityHeaders(stage),
      customHeadersBehavior: { customHeaders: [...customHeaders, ...isolation] },
    });
  return {
    page: policy('PageHeaders', 'The page itself: asked for anew each time', [
      custom('cache-control', 'no-cache'),
    ]),
    // Without cache-control: an answer that a file is missing has these headers too, and must not be kept.
    assets: policy('AssetHeaders', 'What the page is made of'),
    api: policy('ApiHeaders', 'The API, which says itself that no answer is kept'),
  };
}

/** Nothing but what the page itself brings. It shows what receivers answered, which may be hostile. */
function contentSecurityPolicy({ portalFrameAncestors: ancestors }: Stage): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${ancestors.length === 0 ? "'none'" : ancestors.join(' ')}`,
  ].join('; ');
}

function securityHeaders(stage: Stage): ResponseSecurityHeadersBehavior {
  const override = true;
  return {
    contentSecurityPolicy: { contentSecurityPolicy: contentSecurityPolicy(stage), override },
    strictTransportSecurity: {
      accessControlMaxAge: Duration.days(365),
      includeSubdomains: true,
      override,
    },
    contentTypeOptions: { override },
    // The link of a session opens once, but its address is nobody's business.
    referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override },
    // For browsers that do not know frame-ancestors. It cannot name origins.
    ...(stage.portalFrameAncestors.length === 0
      ? { frameOptions: { frameOption: HeadersFrameOption.DENY, override } }
      : {}),
  };
}

const custom = (header: string, value: string): ResponseCustomHeader => ({ header, value, override: true });

/** A page in a frame has no opener of its own, so that the first of them does not hinder embedding. */
const isolation = [
  custom('cross-origin-opener-policy', 'same-origin'),
  custom('cross-origin-resource-policy', 'same-origin'),
  // Copying an address or a snippet is all that the page asks of the device.
  custom(
    'permissions-policy',
    'camera=(), clipboard-write=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  ),
];
