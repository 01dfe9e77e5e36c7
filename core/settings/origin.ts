const localHosts = ['localhost', '127.0.0.1'];

/**
 * True for an origin exactly as browsers send it: no path, no trailing slash, no default port. Others never match.
 */
export function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (url?.origin !== text || !/^[a-z0-9.-]+$/.test(url.hostname)) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && localHosts.includes(url.hostname));
}
