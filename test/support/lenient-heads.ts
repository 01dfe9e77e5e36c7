/** Of the final response in each of these heads. */
export const finalStatus = 503;

const rest = 'content-length: 0\r\n\r\n';

/** Heads that lenient clients read, with interim responses before some of them. */
export const lenientHeads: Readonly<Record<string, string>> = {
  strict: `HTTP/1.1 503 Wait\r\n${rest}`,
  'HTTP/1.0': `HTTP/1.0 503 Wait\r\n${rest}`,
  'HTTP/1.2': `HTTP/1.2 503 Wait\r\n${rest}`,
  'HTTP/1.10': `HTTP/1.10 503 Wait\r\n${rest}`,
  'HTTP/1': `HTTP/1 503 Wait\r\n${rest}`,
  'no reason': `HTTP/1.1 503\r\n${rest}`,
  'LF alone': 'HTTP/1.1 503 Wait\ncontent-length: 0\n\n',
  'two blanks': `HTTP/1.1  503 Wait\r\n${rest}`,
  'a tab after its status': `HTTP/1.1 503\tWait\r\n${rest}`,
  'blank lines before it': `\r\n\nHTTP/1.1 503 Wait\r\n${rest}`,
  'a folded header': `HTTP/1.1 503 Wait\r\nx-a: b\r\n c\r\n${rest}`,
  'a header that none can be': `HTTP/1.1 503 Wait\r\nx a(1): b\r\n${rest}`,
  'a length in words': 'HTTP/1.1 503 Wait\r\ncontent-length: none\r\n\r\n',
  '100 before it': `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Wait\r\n${rest}`,
  '100 with LF alone before it': `HTTP/1.1 100 Continue\n\nHTTP/1.1 503 Wait\r\n${rest}`,
  '103 with LF alone before it': `HTTP/1.1 103 Hints\nlink: </a>\n\nHTTP/1.1 503 Wait\r\n${rest}`,
  'a folded 103 before it': `HTTP/1.1 103\r\nlink: </a>,\r\n </b>\r\n\r\nHTTP/1.1 503\r\n${rest}`,
  'an odd 103 of HTTP/1.2 before HTTP/1.2': `HTTP/1.2 103 Hints\r\nx a: b\r\n\r\nHTTP/1.2 503 Wait\r\n${rest}`,
  '100 twice and 199 before it': `${'HTTP/1.1 100\r\n\r\n'.repeat(2)}HTTP/1.1 199 ?\r\n\r\nHTTP/1.1 503 Wait\r\n${rest}`,
};
