/** A shorter path is no credential, and masking every "/hooks" would only garble the page. */
const minPathLength = 8;
/** Parts of a path that are as long as a token. */
const minSegmentLength = 16;
const minParameterLength = 8;

/** What a receiver may echo of its URL and nobody may see who does not see the URL: the path of a hook is a credential. */
export function secretsOfUrl({ pathname, search, searchParams }: URL): string[] {
  const paths = [pathname + search, pathname].filter(({ length }) => length >= minPathLength);
  const segments = pathname.split('/').filter(({ length }) => length >= minSegmentLength);
  const parameters = [...searchParams.values()].filter(({ length }) => length >= minParameterLength);
  return [...new Set([...paths, ...segments, ...parameters])];
}
