import { expect, test } from '@jest/globals';
import { createCheckUrl } from '../../../../functions/api/subscriptions/check-url.ts';

const rules = { allowPrivateCallbacks: false, allowedPorts: [443], ownHosts: ['iomnihub.com'] };

async function check(url: string) {
  return createCheckUrl({ rules })({ body: { url } } as never);
}

test('a good URL is answered as it would be kept', async () => {
  expect(await check('https://CRM.example.com:443/hooks/../in')).toEqual({
    body: { url: 'https://crm.example.com/in' },
  });
});

test.each([
  ['http://crm.example.com/', 'must start with https://'],
  ['crm', 'must be an absolute URL, such as https://example.com/hooks/iomnihub'],
  ['https://10.0.0.1/', 'must name a host of the public internet'],
  ['https://api.iomnihub.com/', 'must not point back at iOmniHub'],
])('%s is refused in the words of POST /subscriptions', async (url, refusal) => {
  expect(await check(url)).toEqual({ body: { refusal } });
});
