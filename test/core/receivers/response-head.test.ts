import { describe, expect, test } from '@jest/globals';
import { findFinalResponse, readResponseHead } from '../../../core/receivers/response-head.ts';
import { finalStatus, lenientHeads } from '../../support/lenient-heads.ts';

function read(text: string) {
  const head = readResponseHead(Buffer.from(text, 'latin1'));
  return (
    head && {
      ...head,
      headers: Object.fromEntries([...head.headers].map(([name, values]) => [name, values.join(' | ')])),
      body: head.body.toString('latin1'),
    }
  );
}

describe('the head of a response', () => {
  test('is its status and its headers, and the body begins after it', () => {
    expect(read('HTTP/1.1 503 Busy\r\nRetry-After:  7 \r\nX-A: b:c\r\n\r\nbody\r\n\r\nmore')).toEqual({
      status: 503,
      headers: { 'retry-after': '7', 'x-a': 'b:c' },
      body: 'body\r\n\r\nmore',
    });
  });

  test.each([
    ['a lower minor version', 'HTTP/1.0 200 OK\r\n\r\n', 200],
    ['an unknown minor version', 'HTTP/1.9 200 OK\r\n\r\n', 200],
    ['no reason', 'HTTP/1.1 200\r\n\r\n', 200],
    ['LF alone', 'HTTP/1.1 404 No\nA: b\n\n', 404],
    ['an empty line before it', '\r\nHTTP/1.1 200 OK\r\n\r\n', 200],
    ['a status line and nothing else', 'HTTP/1.1 500 No\r\n', 500],
    ['the highest status', 'HTTP/1.1 999 ?\r\n\r\n', 999],
    ['the lowest final status', 'HTTP/1.1 200 OK\r\n\r\n', 200],
  ])('is read from %s', (_, text, status) => {
    expect(read(text)?.status).toBe(status);
  });

  test.each([
    ['nothing', ''],
    ['a status line that is not complete', 'HTTP/1.1 200 OK'],
    ['another protocol', 'SSH-2.0-x\r\n'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a status that begins with 0', 'HTTP/1.1 099 OK\r\n\r\n'],
    ['a status in words', 'HTTP/1.1 OK\r\n\r\n'],
    ['an interim response alone', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['an interim response that is not complete', 'HTTP/1.1 103 Hints\r\nLink: a'],
    ['another protocol from here on', 'HTTP/1.1 101 Switching\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
  ])('is none in %s', (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  test('is that of the first final response, after any interim ones', () => {
    expect(
      read(
        'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: a\r\n\r\nHTTP/1.1 204 No\r\nB: c\r\n\r\n',
      ),
    ).toEqual({ status: 204, headers: { b: 'c' }, body: '' });
    expect(read('HTTP/1.1 199 ?\n\nHTTP/1.1 200 OK\n\nx')).toMatchObject({ status: 200, body: 'x' });
  });

  test('has headers that are folded, and passes over lines that make no sense', () => {
    expect(
      read('HTTP/1.1 429 Slow\r\nRetry-After:\r\n\t 7\r\nnonsense\r\nX: y\r\n z\r\n\r\n')?.headers,
    ).toMatchObject({
      'retry-after': '7',
      x: 'y z',
    });
  });

  test('keeps all headers of one name, in their order', () => {
    expect(read('HTTP/1.1 500 No\r\nA: 1\r\nB: x\r\na: 2\r\n\r\n')?.headers).toEqual({ a: '1 | 2', b: 'x' });
  });

  test('may break off within its headers; then there is no body', () => {
    expect(read('HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nX-A')).toMatchObject({
      headers: { 'retry-after': '7' },
      body: '',
    });
  });

  test('counts bytes and not characters', () => {
    const bytes = Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nX: é\r\n\r\n'), Buffer.from('ação')]);

    expect(readResponseHead(bytes)?.body.toString()).toBe('ação');
  });
});

describe('where the final response begins', () => {
  test.each(Object.entries(lenientHeads))('is known once its status line is complete: %s', (_, head) => {
    const bytes = Buffer.from(head, 'latin1');
    const known = Array.from(
      bytes,
      (_byte, index) => findFinalResponse(bytes.subarray(0, index + 1)).isKnown,
    );
    const statusLineEnd = head.indexOf('\n', head.indexOf(` ${finalStatus}`));

    expect(known.indexOf(true)).toBe(statusLineEnd);
    expect(known.lastIndexOf(false)).toBe(statusLineEnd - 1);
    expect(head.slice(findFinalResponse(bytes).place)).toMatch(/^(\r?\n)*HTTP\/1\S*[ \t]+503\b/);
  });

  test.each([
    'SSH-2.0-x',
    'http/1.1',
    'HTTP/2',
    'HTTP/3.0 200',
    'HTTP/1.1 2x',
    'HTTP/1.1 099',
    'HTTP/1.1 2000',
    'HTTP/1.1 OK',
    'HTTP/1.1 20 OK',
    'HTTP/11 200 OK',
    '220 mail',
    '\r\n\r\nx',
    '\x15\x03\x01',
    'HTTP/1.1 101 Switching\r\n',
  ])('is known at once where none can follow: %j', (text) => {
    expect(findFinalResponse(Buffer.from(text, 'latin1'))).toEqual({ place: 0, isKnown: true });
  });

  test('is not known while interim responses follow each other, and they count for nothing', () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\nlink: a\n\n';

    expect(findFinalResponse(Buffer.from(`${interim}HTTP/1.1 102 Pro`))).toEqual({
      place: interim.length,
      isKnown: false,
    });
  });
});
