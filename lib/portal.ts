import { CfnOutput, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { portalHeaders } from './portal-headers.ts';
import { resourceName, type Stage } from './stage.ts';

interface PortalProps {
  readonly stage: Stage;
  readonly api: HttpApi;
}

/**
 * The page for account owners: its files in S3, and CloudFront before them and before the API. Both are on one origin, so
 * the page needs no CORS. It stands in the stack of the API: the API writes the page's address into links, and the page's
 * distribution needs the API's address, which two stacks could not have of each other. Its files come with
 * `aws s3 sync`, as the README says: what the CDK has for that is a function that may do much more.
 */
export class Portal extends Construct {
  /** Without a path. */
  readonly url: string;

  constructor(scope: Construct, id: string, { stage, api }: PortalProps) {
    super(scope, id);
    const bucket = new Bucket(this, 'Files', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      // It holds nothing that a deployment does not bring again.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions::AwsSolutions-S1',
      reason: 'Only CloudFront reads the files, and they are the same for everybody.',
    });

    const files = S3BucketOrigin.withOriginAccessControl(bucket);
    const apiOrigin = new HttpOrigin(`${api.apiId}.execute-api.${Stack.of(this).region}.amazonaws.com`, {
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      // Longer than the API takes.
      readTimeout: Duration.seconds(30),
    });
    const headers = portalHeaders(this, stage);
    const site = {
      origin: files,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      compress: true,
    };
    const distribution = new Distribution(this, 'Distribution', {
      comment: `${resourceName(stage, 'portal')}: the page for account owners`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      defaultBehavior: {
        ...site,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        responseHeadersPolicy: headers.page,
        functionAssociations: [this.#at(FunctionEventType.VIEWER_REQUEST, 'ServePage', servePage)],
      },
      additionalBehaviors: {
        '/assets/*': {
          ...site,
          cachePolicy: CachePolicy.CACHING_OPTIMIZED,
          responseHeadersPolicy: headers.assets,
          functionAssociations: [this.#at(FunctionEventType.VIEWER_RESPONSE, 'KeepAssets', keepAssets)],
        },
        '/api/*': {
          origin: apiOrigin,
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
          allowedMethods: AllowedMethods.ALLOW_ALL,
          compress: true,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          // API Gateway answers for its own host only.
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
          responseHeadersPolicy: headers.api,
          functionAssociations: [this.#at(FunctionEventType.VIEWER_REQUEST, 'ServeApi', serveApi)],
        },
      },
    });
    acknowledgeDistribution(distribution);
    this.url = `https://${distribution.distributionDomainName}`;
    new CfnOutput(scope, 'PortalUrl', { value: this.url });
    new CfnOutput(scope, 'PortalFiles', { value: bucket.bucketName });
  }

  #at(eventType: FunctionEventType, id: string, code: string) {
    const edgeFunction = new EdgeFunction(this, id, {
      code: FunctionCode.fromInline(code),
      runtime: FunctionRuntime.JS_2_0,
    });
    return { function: edgeFunction, eventType };
  }
}

/** Every path of the page is one file: what it shows is up to its script. */
const servePage = `function handler(event) {
  var request = event.request;
  if (!/\\.[^\\/]*$/.test(request.uri)) request.uri = '/index.html';
  return request;
}
`;

/** Their names change with their content. CloudFront calls it for files that are there only: what is missing may come yet. */
const keepAssets = `function handler(event) {
  var response = event.response;
  response.headers['cache-control'] = { value: 'public, max-age=31536000, immutable' };
  return response;
}
`;

/** The API knows its paths without the prefix. */
const serveApi = `function handler(event) {
  var request = event.request;
  request.uri = request.uri.replace(/^\\/api(?=\\/)/, '');
  return request;
}
`;

function acknowledgeDistribution(distribution: Distribution): void {
  const reasons = {
    CFR1: 'Account owners live in every country, and the page shows nothing without a session.',
    CFR2: 'The files are static. The API behind it limits the requests of each account, and of each open route.',
    CFR3: 'The API logs each request. What is left is the download of files that are the same for everybody.',
    CFR4: 'The domain is that of CloudFront, which sets its minimum of TLS itself. A domain of your own gets TLS 1.2.',
  };
  for (const [rule, reason] of Object.entries(reasons))
    Validations.of(distribution).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
}
