/**
 * Takes the code of a link such as `https://…/#link=CODE&lang=es` out of the address, so that neither the history nor a
 * bookmark keeps it.
 */
export function takeLinkCode(
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): { readonly code: string; readonly lang: string | undefined } | undefined {
  const parameters = new URLSearchParams(location.hash.replace(/^#/, ''));
  const code = parameters.get('link');
  if (code === null) return undefined;
  history.replaceState(null, '', `${location.pathname}${location.search}`);
  return { code, lang: parameters.get('lang') ?? undefined };
}
