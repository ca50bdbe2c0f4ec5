/** One challenge of a WWW-Authenticate header (RFC 9110 section 11.6.1). */
export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  scheme: string;
  /** Names in lower case. */
  parameters: Record<string, string>;
}

/** Characters; the rest of a longer header is ignored. */
const maxHeaderLength = 8192;

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const schemePattern = new RegExp(`[\\s,]*(${token})(?=\\s|,|$)`, 'y');
const parameterPattern = new RegExp(`[\\s,]*(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]*))`, 'y');

/** Parses the challenges of a header up to the first malformed one. */
export function parseChallenges(header: string): Challenge[] {
  const text = header.slice(0, maxHeaderLength);
  const challenges: Challenge[] = [];
  let at = 0;
  for (;;) {
    const scheme = matchAt(schemePattern, text, at);
    if (!scheme) return challenges;
    const challenge: Challenge = { scheme: (scheme[1] ?? '').toLowerCase(), parameters: {} };
    at = readParameters(text, schemePattern.lastIndex, challenge.parameters);
    challenges.push(challenge);
  }
}

function readParameters(text: string, from: number, parameters: Record<string, string>): number {
  let at = from;
  for (;;) {
    const parameter = matchAt(parameterPattern, text, at);
    if (!parameter) return at;
    const [, name = '', quoted, plain] = parameter;
    parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
    at = parameterPattern.lastIndex;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
