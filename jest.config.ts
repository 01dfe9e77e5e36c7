import { availableParallelism } from 'node:os';
import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  globalSetup: '<rootDir>/test/support/start-compile-cache.ts',
  globalTeardown: '<rootDir>/test/support/remove-compile-cache.ts',
  testSequencer: '<rootDir>/test/support/longest-first.ts',
  reporters: ['<rootDir>/test/support/progress-reporter.ts', 'summary'],
  // Most suites wait for sockets, queues and processes more than they compute.
  maxWorkers: availableParallelism() + 1,
  extensionsToTreatAsEsm: ['.ts'],
  // No test measures time; a busy machine may take long for what waits for sockets.
  testTimeout: 120_000,
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          // Jest warns about JSON that is imported without its attribute, and will refuse it.
          experimental: { keepImportAttributes: true },
        },
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.local', '<rootDir>/cdk.out', '<rootDir>/client/dist'],
};

export default config;
