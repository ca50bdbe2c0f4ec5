import type { HostConfig, Ulimit } from '../wire.ts';
import { invalidOption } from './OptionError.ts';
import { splitOnce } from './keyValue.ts';
import { parseInteger } from './number.ts';

/** Names of getrlimit(2), without RLIMIT_. */
const limitNames = new Set([
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
]);

/** `--ulimit nofile=1024[:2048]`; -1 is unlimited. */
export function parseUlimit(text: string): Ulimit {
  const flag = '--ulimit';
  const [name, value = ''] = splitOnce(text, '=');
  if (!limitNames.has(name)) throw invalidOption(flag, `one of ${[...limitNames].join(', ')}`, name);
  const [soft, hard = soft, ...rest] = value.split(':');
  if (rest.length > 0) throw invalidOption(flag, 'NAME=SOFT[:HARD]', text);
  const limit = {
    Name: name,
    Soft: parseInteger(flag, soft ?? '', { minimum: -1 }),
    Hard: parseInteger(flag, hard ?? '', { minimum: -1 }),
  };
  const aboveHard = limit.Hard !== -1 && (limit.Soft > limit.Hard || limit.Soft === -1);
  if (aboveHard) throw invalidOption(flag, 'a soft limit not above the hard limit', text);
  return limit;
}

/** `--restart no|always|unless-stopped|on-failure[:N]`. */
export function parseRestart(text: string): NonNullable<HostConfig['RestartPolicy']> {
  const flag = '--restart';
  const [name, retries] = splitOnce(text, ':');
  const known = ['no', 'always', 'unless-stopped', 'on-failure'].includes(name);
  if (!known || (retries !== undefined && name !== 'on-failure')) {
    throw invalidOption(flag, 'no, always, unless-stopped or on-failure[:MAX]', text);
  }
  const maximum = retries === undefined ? 0 : parseInteger(flag, retries, { minimum: 0 });
  return { Name: name, MaximumRetryCount: maximum };
}
