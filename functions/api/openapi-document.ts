import packageJson from '../../package.json' with { type: 'json' };

export function openApiDocument(): object {
  return {
    openapi: '3.1.0',
    info: { title: 'iOmniHub Webhooks', version: packageJson.version },
    paths: {},
  };
}
