import { PouchError } from '../../../hooks/errors.ts';
import type { Images } from '../../../hooks/engine.ts';

export type BootstrapOptions = Parameters<Images['bootstrap']>[0];

/** Debian policy 5.6.1; what mmdebstrap takes beyond names (patterns, files) is not for callers of the daemon. */
const PACKAGE = /^[a-z0-9][a-z0-9+.-]{1,127}$/;
const SUITE = /^[a-z][a-z0-9.-]{0,63}$/;

const maxPackages = 500;

/** @throws PCH_OPTION_INVALID */
export function checkOptions({ suite, include, mirror }: BootstrapOptions): void {
  if (!SUITE.test(suite))
    throw invalid(`"${suite}" is not a suite`, 'Write the name of a release, such as bookworm.');
  if (include.length > maxPackages)
    throw invalid(`${include.length} packages are too many`, `At most ${maxPackages}.`);
  for (const name of include) {
    if (!PACKAGE.test(name))
      throw invalid(`"${name}" is not a package name`, 'Write names such as openssh-server.');
  }
  if (mirror !== undefined && !isWebUrl(mirror)) {
    throw invalid(`"${mirror}" is not a mirror`, 'Write a URL such as http://deb.debian.org/debian.');
  }
}

/** apt's one-line format would take spaces and brackets for more than an address. */
function isWebUrl(text: string): boolean {
  return /^https?:\/\/[^\s[\]]+$/.test(text) && URL.canParse(text);
}

function invalid(message: string, hint: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', message, { hint });
}
