/** What is known of a response although the HTTP client refused it. */
export interface ResponseHead {
  readonly status: number;
  /** By lower-case name. Only those that could be read. */
  readonly headers: ReadonlyMap<string, string>;
  /** The beginning of the body, as far as it had come. */
  readonly body: Buffer;
}

const statusLinePattern = /^(?:\r?\n)*HTTP\/1(?:\.\d+)?[ \t]+([1-9]\d\d)(?:[ \t][^\n]*)?\r?\n/;

/**
 * Reads the first bytes of a response as lenient clients do: lines may end with LF alone, header lines may be folded or
 * make no sense, HTTP/1 may have any minor version or none, and any blanks may follow it. Interim responses (1xx) are
 * skipped. Returns undefined unless the status line of a final response is complete.
 */
export function readResponseHead(bytes: Buffer): ResponseHead | undefined {
  // Latin-1 has one character for each byte, so places in the text are places in the bytes.
  let text = bytes.toString('latin1');
  for (;;) {
    const [statusLine = '', digits] = statusLinePattern.exec(text) ?? [];
    if (digits === undefined) return undefined;
    const rest = text.slice(statusLine.length);
    const end = /(?:^|\n)\r?\n/.exec(rest);
    const status = Number(digits);
    if (status >= 200) {
      const lines = rest.slice(0, end?.index ?? rest.length);
      const body = end
        ? bytes.subarray(bytes.length - rest.length + end.index + end[0].length)
        : Buffer.alloc(0);
      return { status, headers: readHeaders(lines), body };
    }
    // A connection that speaks another protocol from here on carries no answer.
    if (status === 101 || !end) return undefined;
    text = rest.slice(end.index + end[0].length);
  }
}

function readHeaders(lines: string): ReadonlyMap<string, string> {
  const unfolded = lines.replaceAll(/\r?\n[ \t]+/g, ' ');
  const headers = unfolded.split(/\r?\n/).map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, Math.max(colon, 0)).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  // Of two headers of one name the first counts, as with those that the HTTP client reads.
  return new Map(headers.toReversed());
}
