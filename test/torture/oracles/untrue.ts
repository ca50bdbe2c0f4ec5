import { type ErrorCode, errorKinds } from '../../../hooks/errors.ts';
import type { Downtimes } from '../lab/Downtimes.ts';
import { knownErrors, knownInLog } from '../knownDefects.ts';
import type { Violation } from './violation.ts';

/** One failed call of a client. */
export interface Failure {
  /** What was called: `stop r3c0n2`. */
  call: string;
  /** Times in milliseconds, those of performance.now(). */
  began: number;
  ended: number;
  code: string;
  /** 0 if there was no response. */
  status: number;
  message: string;
  /** Whether what the client knew of the container makes the error a true one. */
  isTrue: boolean;
  /** What was done to the container before, for the reader. */
  history?: readonly string[];
}

/** What says in the log of the daemon that an error was nobody's. */
const strays = /unhandled|uncaught|MaxListenersExceeded|FATAL ERROR|PCH_INTERNAL/i;

/** The client itself says so when the daemon goes away. */
const ofDowntime: readonly string[] = ['PCH_DAEMON_LOST', 'PCH_DAEMON_UNREACHABLE'];

/**
 * Oracle 5: every error has a code of Pouch and its HTTP status, and is true: known from the container's state, from a
 * fault that causes it, or from a daemon that was down.
 */
export function untrue(
  failures: readonly Failure[],
  ofFaults: ReadonlySet<ErrorCode>,
  downtimes: Downtimes,
): Violation[] {
  return failures.flatMap((failure) => {
    const wrong = wrongOf(failure, ofFaults, downtimes);
    return wrong === undefined
      ? []
      : [
          violation(
            [`${failure.call}: ${wrong}: ${failure.message}`, ...(failure.history ?? [])].join('\n    '),
          ),
        ];
  });
}

function wrongOf(
  { code, status, began, ended, message, isTrue }: Failure,
  ofFaults: ReadonlySet<ErrorCode>,
  downtimes: Downtimes,
): string | undefined {
  if (ofDowntime.includes(code))
    return downtimes.overlap(began, ended) ? undefined : `${code} while the daemon was meant to be up`;
  if (!isCode(code)) return `an error without a code of Pouch ("${code}", status ${status})`;
  if (code === 'PCH_INTERNAL') return 'PCH_INTERNAL';
  if (status !== errorKinds[code].status)
    return `${code} with status ${status}, expected ${errorKinds[code].status}`;
  if (knownErrors.some((pattern) => pattern.test(`${code} ${message}`))) return undefined;
  return isTrue || ofFaults.has(code) ? undefined : `${code} is not true`;
}

function isCode(code: string): code is ErrorCode {
  return code in errorKinds;
}

/** The same for what the daemon has logged during a round. */
export function strayErrors(log: string): Violation[] {
  return log
    .split('\n')
    .filter((line) => strays.test(line) && !knownInLog.some((pattern) => pattern.test(line)))
    .map((line) => violation(`the daemon has logged: ${line.slice(0, 2000)}`));
}

function violation(evidence: string): Violation {
  return { oracle: 'errors are coded and true', evidence };
}
