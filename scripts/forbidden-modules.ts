/** Folder of the importing file -> what it must not import. */
export const forbiddenModules: Record<string, string[]> = {
  core: [
    './events/event-catalog.ts',
    'node:fs',
    'undici',
    '@aws-sdk/client-sqs',
    '../adapters/dynamo-keys.ts',
    '../functions/env.ts',
  ],
  'core/accounts': ['../events/event-catalog.ts', '../subscriptions/subscription.ts'],
  'core/events': ['../accounts/account.ts', '../subscriptions/subscription.ts', '../deliveries/delivery.ts'],
  'core/receivers': ['../subscriptions/subscription.ts', '../deliveries/delivery.ts'],
  'core/subscriptions': ['../deliveries/delivery.ts', '../../adapters/dynamo-keys.ts'],
  'core/deliveries': ['../../functions/env.ts', '../settings/stage-settings.ts', 'undici'],
  'core/settings': [
    '../../functions/env.ts',
    '../../lib/stage.ts',
    '../subscriptions/subscription.ts',
    'node:net',
    'undici',
  ],
  adapters: [
    '../contract/routes.ts',
    '../functions/env.ts',
    './../functions/env.ts',
    '../core/settings/stage-settings.ts',
    './undici-parts.ts',
    '../lib/stage.ts',
    '../client/publisher.ts',
  ],
  contract: [
    '../functions/env.ts',
    '../adapters/dynamo-keys.ts',
    '../lib/stage.ts',
    './openapi/document.ts',
    'zod-openapi',
    'node:fs',
    'undici',
  ],
  'contract/openapi': ['../../functions/env.ts', '../../adapters/dynamo-keys.ts', 'node:fs', 'undici'],
  functions: [
    '../lib/stage.ts',
    './api/../../lib/stage.ts',
    '../local/start.ts',
    '../client/publisher.ts',
    '../contract/openapi/document.ts',
    '../adapters/https-callback-sender.ts',
    './../adapters/guarded-connector.ts',
    '../adapters/undici-parts.ts',
    'zod-openapi',
  ],
  'functions/api': [
    '../../lib/stage.ts',
    './../../bin/app.ts',
    '../../local/start.ts',
    '../../adapters/dynamo-keys.ts',
    '../../contract/openapi/document.ts',
    'zod-openapi',
  ],
  'functions/api/http': [
    '../../telemetry.ts',
    '../router.ts',
    '../accounts/audit.ts',
    '../../../adapters/dynamo-keys.ts',
  ],
  'functions/api/accounts': ['../router.ts', '../subscriptions/create.ts'],
  'functions/api/events': ['../router.ts', '../deliveries/get.ts'],
  'functions/api/description': ['../router.ts', '../../../contract/openapi/document.ts', 'zod-openapi'],
  'functions/api/subscriptions': [
    '../router.ts',
    '../deliveries/get.ts',
    '../../deliverer/call-receiver.ts',
    '../../../adapters/https-callback-sender.ts',
  ],
  'functions/api/deliveries': ['../router.ts', '../events/get.ts', 'undici'],
  'functions/authorizer': [
    '../telemetry.ts',
    '../api/router.ts',
    '../../adapters/dynamo-keys.ts',
    '../env.ts',
  ],
  'functions/deliverer': [
    '../../contract/routes.ts',
    '../telemetry.ts',
    '../sweeper/sweep-due-deliveries.ts',
    '../../adapters/dynamo-keys.ts',
    '../env.ts',
  ],
  'functions/dispatcher': [
    '../../contract/routes.ts',
    '../telemetry.ts',
    '../deliverer/deliver-batch.ts',
    '../../adapters/dynamo-keys.ts',
    '../env.ts',
  ],
  'functions/receivers': [
    '../../contract/routes.ts',
    '../telemetry.ts',
    '../deliverer/call.ts',
    '../../adapters/dynamo-keys.ts',
    '../env.ts',
  ],
  'functions/sweeper': [
    '../../contract/routes.ts',
    '../telemetry.ts',
    '../deliverer/deliver-batch.ts',
    '../../adapters/dynamo-keys.ts',
    '../env.ts',
  ],
  lib: [
    '../adapters/dynamo-keys.ts',
    '../core/deliveries/delivery.ts',
    '../functions/api/router.ts',
    '../contract/openapi/document.ts',
    './../local/start.ts',
  ],
  bin: ['../core/events/event-catalog.ts', '../functions/env.ts', '../local/start.ts'],
  client: [
    '../adapters/dynamo-keys.ts',
    '../core/settings/stage-settings.ts',
    '../functions/env.ts',
    '../lib/stage.ts',
    '../local/start.ts',
  ],
  'client/receiver': ['../publisher.ts', '../../core/json-text.ts', '../../local/start.ts', 'node:crypto'],
  local: ['../functions/env.ts', '../contract/routes.ts', '../adapters/dynamo-keys.ts', '../lib/stage.ts'],
  'scripts/e2e': [
    '../../adapters/dynamo-keys.ts',
    '../../client/publisher.ts',
    '../../contract/routes.ts',
    '../../core/deliveries/signature.ts',
    '../../local/api-client.ts',
    '../redrive-queue.ts',
    'standardwebhooks',
  ],
  'scripts/screenshots': ['../../functions/env.ts', '../../adapters/dynamo-keys.ts', '../../local/start.ts'],
  'scripts/pause': ['../../functions/env.ts', '../../lib/stage.ts', '../../local/start.ts'],
  'scripts/redrive': ['../../functions/env.ts', '../../lib/stage.ts', '../../local/start.ts'],
  'scripts/docs': ['../../functions/env.ts', '../../lib/stage.ts', '../../local/start.ts'],
  bench: ['../lib/stage.ts', '../scripts/docs/markdown.ts', '../bin/app.ts'],
  scripts: ['../functions/env.ts', '../lib/stage.ts', '../bin/app.ts', '../local/start.ts'],
};
const benchFolders = [
  'cold-start',
  'cost',
  'deliverer',
  'dispatcher',
  'end-to-end',
  'fairness',
  'local-run',
  'memory',
  'outage',
];
for (const folder of benchFolders)
  forbiddenModules[`bench/${folder}`] = ['../../lib/stage.ts', '../../scripts/docs/markdown.ts'];

/** The page runs in browsers: nothing of the server gets there but types of the contract. */
const portalFolders = [
  'api',
  'changes',
  'charts',
  'deliveries',
  'design',
  'doctor',
  'events',
  'i18n',
  'notices',
  'playground',
]
  .concat('session', 'shell', 'webhooks', 'i18n/en', 'i18n/es', 'i18n/pt')
  .map((folder) => `portal/${folder}`);
for (const folder of portalFolders) {
  const root = '../'.repeat(folder.split('/').length);
  forbiddenModules[folder] = [
    `${root}adapters/dynamo-keys.ts`,
    `${root}client/publisher.ts`,
    `${root}core/events/event-catalog.ts`,
    `${root}functions/env.ts`,
    `${root}local/start.ts`,
    'node:crypto',
    'undici',
  ];
}
forbiddenModules['portal'] = ['../contract/routes.ts', '../core/words.ts', '../local/start.ts', 'undici'];

/** Whatever could open a socket to a receiver: that is the guarded sender's alone. */
const networkModules = [
  'net',
  'tls',
  'dgram',
  'dns',
  'http',
  'https',
  'http2',
  'child_process',
  'worker_threads',
  'module',
]
  .flatMap((name) => [name, `node:${name}`])
  .concat('undici', 'undici/lib/dispatcher/pool.js', 'axios', '@smithy/node-http-handler', 'ws');
for (const folder of ['adapters', 'functions', 'functions/api', 'functions/deliverer', 'functions/receivers'])
  forbiddenModules[folder]?.push(...networkModules);

for (const [folder, modules] of Object.entries(forbiddenModules)) {
  modules.push(`${'../'.repeat(folder.split('/').length)}test/support/builders.ts`);
}
for (const folder of ['core', 'contract', 'adapters', 'functions', 'lib', 'bin']) {
  forbiddenModules[folder]?.push('@iomnihub/webhooks-client/publisher');
}
