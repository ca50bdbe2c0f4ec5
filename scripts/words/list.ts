/**
 * Habits of wording that this project does not use, with what to write instead. `npm run check` fails on them in
 * comments, strings, test names and documents alike.
 */
export interface Habit {
  /** Matched against single lines, without regard to case. */
  pattern: RegExp;
  instead: string;
}

export const habits: readonly Habit[] = [
  { pattern: /\banswer(s|ed|ing)?\b/i, instead: 'return, resolve to, respond, response, result, reply' },
  {
    pattern: /\bt(ell|ells|old|elling)\b/i,
    instead: 'report, print, show, pass, describe; "is given" for "is told"',
  },
  { pattern: /\bmend(s|ed|ing)?\b/i, instead: 'fix, repair' },
  {
    pattern: /\bis no (?!longer\b|more\b)[a-z]/i,
    instead: 'is not a valid X, is not an X, "invalid X: …", "no X exists"',
  },
  { pattern: /\b(there )?(is|are) none\b/i, instead: 'does not exist, not found, has no X' },
  { pattern: /\bwho(ever|soever)\b/i, instead: 'callers, clients, the owner, users' },
  { pattern: /\bfor want of\b/i, instead: 'out of, without, because X is missing' },
  {
    pattern: /\b(is|are) (not )?there\b(?! (a|an|any|no)\b)/i,
    instead: 'exists, does not exist, not found, available',
  },
  { pattern: /\bwhat there is\b/i, instead: 'what exists, what is available' },
  { pattern: /\bwhat (it|he|they) had\b|\bwhat is left\b/i, instead: 'previous values, leftovers, the rest' },
  { pattern: /\b(go|goes|went|going|gone) on\b/i, instead: 'continue, resume, proceed' },
  { pattern: /\bput together\b/i, instead: 'assemble, create, build, combine' },
  {
    pattern: /\bthe house\b|\bof the house\b|\bour own (?!s\b)/i,
    instead: 'Pouch, the engine, the defaults',
  },
  { pattern: /\bone an? line\b/i, instead: 'one per line' },
  { pattern: /\ba second one\b/i, instead: 'another' },
  { pattern: /\bsays? of\b|\bsaid of\b/i, instead: 'describes, reports about' },
  { pattern: /\bnothing of\b/i, instead: 'no, none of, not' },
  {
    pattern: /\bmachines?\b(?!-|\.| id\b)/i,
    instead: 'host (the computer), VM (kata), rich container (systemd and such)',
  },
];

/** What matches and is right: names and terms of others. */
export const allowed: readonly RegExp[] = [
  /machine-id/,
  /utsname.*machine/,
  /virtual machine/i,
  /state machine/i,
  // Node's name of the architecture.
  /\bos\.machine\(\)/,
  // Stored and public names: the key of an effect, the field of a runtime's findings.
  /cgroup\.machine/,
  // A section of DNS messages, as dns-packet names it.
  /\bdnsPacket\b/,
  /\banswers(:|,|\?\.| =| \})/,
  /\bmend\??:/,
  /\.mend\b/,
];
