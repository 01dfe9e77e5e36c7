import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { prepareText, respondPrepared } from '../../../../functions/api/http/prepared-text.ts';

const value = { note: 'ação', list: Array.from({ length: 200 }, () => 'again') };
const prepared = prepareText(value);
const respond = (headers: Record<string, string> = {}) => respondPrepared(prepared, { headers });
const bytesOf = ({ body = '', isBase64Encoded = false }: ReturnType<typeof respond>) =>
  Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');

describe('a prepared text', () => {
  test.each([
    'gzip',
    'GZIP',
    'deflate, gzip',
    'gzip, deflate, br, zstd',
    'gzip;q=0.1',
    'br;q=1.0, gzip ; q=0.001',
    '*',
    'br, *;q=0.5',
  ])('is sent compressed to who takes %j', (accepted) => {
    const answer = respond({ 'accept-encoding': accepted });

    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: true });
    expect(answer.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'application/json',
    });
    expect(JSON.parse(gunzipSync(bytesOf(answer)).toString())).toEqual(value);
    expect(bytesOf(answer).length).toBeLessThan(prepared.text.length / 4);
  });

  test.each([
    undefined,
    '',
    'br',
    'identity',
    'gzip;q=0',
    'gzip; q=0.000, *',
    '*;q=0',
    'x-gzipped',
    'deflate',
  ])('is sent as it is to who takes %j', (accepted) => {
    const answer = respond(accepted === undefined ? {} : { 'accept-encoding': accepted });

    expect(answer).toMatchObject({ statusCode: 200 });
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect(answer.isBase64Encoded ?? false).toBe(false);
    expect(JSON.parse(bytesOf(answer).toString())).toEqual(value);
  });

  test('may be kept by everybody for an hour, each form by its own ETag', () => {
    const [plain, compressed] = [respond(), respond({ 'accept-encoding': 'gzip' })];
    for (const { headers } of [plain, compressed])
      expect(headers).toMatchObject({
        'cache-control': 'public, max-age=3600',
        vary: 'accept-encoding, origin',
        etag: expect.stringMatching(/^"[\w-]+"$/),
      });
    expect(plain.headers?.['etag']).not.toBe(compressed.headers?.['etag']);
  });

  const { tag } = prepared;
  test.each([
    `"${tag}"`,
    `"${tag}-gzip"`,
    `W/"${tag}"`,
    `W/"${tag}-gzip"`,
    `"other", "${tag}"`,
    `"other",W/"${tag}"`,
    '*',
  ])('is not sent again to who has it: %s', (ifNoneMatch) => {
    for (const encoding of ['gzip', 'identity']) {
      const answer = respond({ 'accept-encoding': encoding, 'if-none-match': ifNoneMatch });

      expect(answer).toMatchObject({
        statusCode: 304,
        headers: { 'cache-control': 'public, max-age=3600', etag: expect.stringContaining(tag) },
      });
      expect(answer).not.toHaveProperty('body');
    }
  });

  test.each(['"other"', '', tag, `"${tag}x"`, 'W/"other"'])(
    'is sent to who has another: %s',
    (ifNoneMatch) => {
      expect(respond({ 'if-none-match': ifNoneMatch })).toMatchObject({ statusCode: 200 });
    },
  );

  test('has another tag if it is another text', () => {
    expect(prepareText({ ...value, more: 1 }).tag).not.toBe(tag);
    expect(prepareText({ ...value }).tag).toBe(tag);
  });
});
