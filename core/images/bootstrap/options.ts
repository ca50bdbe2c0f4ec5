import { PouchError } from '../../../hooks/errors.ts';
import type { Images } from '../../../hooks/engine.ts';

export type BootstrapOptions = Parameters<Images['bootstrap']>[0];

/** Debian policy 5.6.1. Callers of the daemon cannot use the other forms that mmdebstrap accepts (patterns, files). */
const packagePattern = /^[a-z0-9][a-z0-9+.-]{1,127}$/;
const suitePattern = /^[a-z][a-z0-9.-]{0,63}$/;

const maxPackages = 500;

/** @throws PCH_OPTION_INVALID */
export function checkOptions({ suite, include, mirror }: BootstrapOptions): void {
  if (!suitePattern.test(suite))
    throw invalid(`invalid suite "${suite}"`, 'use the name of a release, such as bookworm');
  if (include.length > maxPackages)
    throw invalid(
      `expected at most ${maxPackages} packages, found ${include.length}`,
      'include fewer packages',
    );
  for (const name of include) {
    if (!packagePattern.test(name))
      throw invalid(`invalid package name "${name}"`, 'use names such as openssh-server');
  }
  if (mirror !== undefined && !isWebUrl(mirror)) {
    throw invalid(`invalid mirror "${mirror}"`, 'use a URL such as http://deb.debian.org/debian');
  }
}

/** Spaces and brackets have a meaning in apt's one-line format. */
function isWebUrl(text: string): boolean {
  return /^https?:\/\/[^\s[\]]+$/.test(text) && URL.canParse(text);
}

function invalid(message: string, hint: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', message, { hint });
}
