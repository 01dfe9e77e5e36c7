import { basename, join } from 'node:path';
import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** How a function becomes one file, with what it uses of its dependencies. Every cold start reads all of it. */
export const bundling: BundlingOptions = {
  format: OutputFormat.CJS,
  target: 'node24',
  // Only ES modules can be shaken.
  mainFields: ['module', 'main'],
  bundleAwsSDK: true,
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  // As Node.js bundles undici itself: without the experimental second parser of HTTP.
  define: { esbuildDetection: 'true' },
  // undici's parser for processors without SIMD. All of Lambda's have it.
  externalModules: ['../llhttp/llhttp-wasm.js'],
  esbuildArgs: {
    '--alias:@aws-sdk/credential-provider-node': './adapters/lambda-credentials.ts',
    // The SDK imports node:http when it connects. As an import, it would load all of what Node.js puts there, fetch included.
    '--supported:dynamic-import': 'false',
  },
};

/** `file`: its path in the repository. */
export function withFile(options: BundlingOptions, file: string): BundlingOptions {
  return {
    ...options,
    commandHooks: {
      beforeBundling: () => [],
      beforeInstall: () => [],
      afterBundling: (inputFolder, outputFolder) => [
        `node -e "fs.copyFileSync(...process.argv.slice(1))" "${join(inputFolder, file)}" "${join(outputFolder, basename(file))}"`,
      ],
    },
  };
}
