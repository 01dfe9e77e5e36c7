/**
 * The callback as a command, to send it to the receiver by hand. Nothing in it is secret: values that the API masks are
 * left out, and so is the signature, which would be old by then.
 */
export function toCurl(url: string, headers: Readonly<Record<string, string>>, body: string): string {
  const shown = Object.entries(headers).filter(([, value]) => !/^\*+$/.test(value));
  return [
    `curl -i -X POST ${quote(url)}`,
    ...shown.map(([name, value]) => `  -H ${quote(`${name}: ${value}`)}`),
    `  --data-raw ${quote(body)}`,
  ].join(' \\\n');
}

/** One word for a POSIX shell, whatever is in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
