import type { LogLine } from '../../hooks/index.ts';

/** RFC 5424, section 6.2.1. */
export const facilities = {
  ...{ kern: 0, user: 1, mail: 2, daemon: 3, auth: 4, syslog: 5, lpr: 6, news: 7, uucp: 8, cron: 9 },
  ...{ authpriv: 10, ftp: 11, local0: 16, local1: 17, local2: 18, local3: 19 },
  ...{ local4: 20, local5: 21, local6: 22, local7: 23 },
} as const;
export type Facility = keyof typeof facilities;

/** Docker's: error for stderr, informational for stdout. */
const severities = { stderr: 3, stdout: 6 } as const;

export interface Header {
  readonly facility: number;
  readonly host: string;
  readonly tag: string;
  /** PROCID: the container. */
  readonly id: string;
}

/** A message of RFC 5424 (section 6), without framing. */
export function formatLine({ stream, time, text }: LogLine, { facility, host, tag, id }: Header): Buffer {
  const priority = facility * 8 + severities[stream];
  // TIME-SECFRAC has at most six digits.
  const timestamp = time.replace(/(\.\d{6})\d+/, '$1');
  const fields = [printable(host, 255), printable(tag, 48), printable(id, 128)];
  return Buffer.from(`<${priority}>1 ${timestamp} ${fields.join(' ')} - - ${text}`);
}

/** Fields of a header are printable ASCII without spaces; `-` is the nil value. */
function printable(text: string, longest: number): string {
  return text.replace(/[^\x21-\x7e]/g, '_').slice(0, longest) || '-';
}
