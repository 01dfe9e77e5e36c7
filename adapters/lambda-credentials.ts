/**
 * Stands in for the SDK's default chain of credential providers in the bundles: Lambda gives a function its credentials in
 * the environment, always. The chain would bring along clients of STS, of single sign-on and of other services.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
