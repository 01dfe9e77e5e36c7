import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in for the SDK's chain of credential providers in the bundles: Lambda gives a function its credentials in the
 * environment, once and always. The chain would bring along clients of STS, of single sign-on and of other services.
 */
export function defaultProvider() {
  const readCredentials = fromEnv();
  let credentials: ReturnType<typeof readCredentials> | undefined;
  // The SDK asks for them with each request.
  return () => {
    credentials ??= readCredentials();
    return credentials;
  };
}
