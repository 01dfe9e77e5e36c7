/** What is known of a response although the HTTP client refused it. */
export interface ResponseHead {
  readonly status: number;
  /** By lower-case name, in their order. Only those that could be read. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** The beginning of the body, as far as it had come. */
  readonly body: Buffer;
}

const statusLinePattern = /^(?:\r?\n)*HTTP\/1(?:\.\d+)?[ \t]+([1-9]\d\d)(?:[ \t][^\n]*)?\r?\n/;

/** What may become a status line, as far as it has come. */
const unfinishedPattern =
  /^(?:\r?\n)*(?:\r|H(?:T(?:T(?:P(?:\/(?:1(?:\.\d*)?(?:[ \t]+(?:[1-9]\d?|[1-9]\d\d(?:[ \t][^\n]*|\r)?)?)?)?)?)?)?)?)?$/;

/**
 * Reads the first bytes of a response as lenient clients do: lines may end with LF alone, header lines may be folded or
 * make no sense, HTTP/1 may have any minor version or none, and any blanks may follow it. Interim responses (1xx) are
 * skipped. Returns undefined unless the status line of a final response is complete.
 */
export function readResponseHead(bytes: Buffer): ResponseHead | undefined {
  // Latin-1 has one character for each byte, so places in the text are places in the bytes.
  const text = bytes.toString('latin1');
  const { place, statusLine, status } = skipInterim(text);
  // A connection that speaks another protocol from here on carries no answer.
  if (statusLine === undefined || status < 200) return undefined;
  const rest = text.slice(place + statusLine.length);
  const end = endOfHead(rest);
  const body = end === undefined ? Buffer.alloc(0) : bytes.subarray(bytes.length - rest.length + end);
  return { status, headers: readHeaders(rest.slice(0, end).trimEnd()), body };
}

/**
 * How many of the first bytes of a response are interim responses, and whether it is known what follows them: the whole
 * status line of a final response, or something that is none.
 */
export function findFinalResponse(bytes: Buffer): { readonly place: number; readonly isKnown: boolean } {
  const text = bytes.toString('latin1');
  const { place, statusLine } = skipInterim(text);
  const rest = text.slice(place);
  const mayBecomeOne = unfinishedPattern.test(rest) || statusLinePattern.test(rest);
  return { place, isKnown: statusLine !== undefined || !mayBecomeOne };
}

/**
 * The place after all complete interim responses. What follows has a status line if it is complete and that of a final
 * response, or of a change to another protocol.
 */
function skipInterim(text: string): { place: number; statusLine?: string; status: number } {
  let place = 0;
  for (;;) {
    const [statusLine, digits] = statusLinePattern.exec(text.slice(place)) ?? [];
    const status = Number(digits);
    if (statusLine === undefined) return { place, status };
    if (status >= 200 || status === 101) return { place, statusLine, status };
    const headers = place + statusLine.length;
    const end = endOfHead(text.slice(headers));
    if (end === undefined) return { place, status };
    place = headers + end;
  }
}

/** Where the body begins in what follows a status line. */
function endOfHead(text: string): number | undefined {
  const end = /(?:^|\n)\r?\n/.exec(text);
  return end ? end.index + end[0].length : undefined;
}

function readHeaders(lines: string): ReadonlyMap<string, readonly string[]> {
  const unfolded = lines.replaceAll(/\r?\n[ \t]+/g, ' ');
  const headers = unfolded.split(/\r?\n/).map((line) => {
    const colon = line.indexOf(':');
    return {
      name: line.slice(0, Math.max(colon, 0)).trim().toLowerCase(),
      value: line.slice(colon + 1).trim(),
    };
  });
  const byName = Map.groupBy(headers, ({ name }) => name);
  return new Map([...byName].map(([name, same]) => [name, same.map(({ value }) => value)]));
}
