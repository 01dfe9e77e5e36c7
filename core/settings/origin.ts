const localHosts = ['localhost', '127.0.0.1'];

/** Exactly as browsers send it, or it would never match: no path, no slash at the end, no port that is the default. */
export function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (url?.origin !== text || !/^[a-z0-9.-]+$/.test(url.hostname)) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && localHosts.includes(url.hostname));
}
