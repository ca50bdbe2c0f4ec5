import { posix } from 'node:path';
import type { Check } from '../finding.ts';

/** Accounts that can log in. */
export const users: Check = {
  topic: 'users',
  run({ tree }) {
    const withPassword = tree
      .lines('/etc/shadow')
      .map((line) => line.split(':'))
      .filter(([, password = '']) => /^\$|^[A-Za-z0-9./]{13}$/.test(password))
      .map(([name = '']) => name);
    const homes = tree.lines('/etc/passwd').map((line) => line.split(':'));
    const withKeys = homes
      .filter(([, , , , , home = '']) => home !== '' && tree.lines(`${home}/.ssh/authorized_keys`).length > 0)
      .map(([name = '']) => name);
    return [
      ...(withPassword.length > 0
        ? [{ verdict: 'works' as const, found: `with a password: ${withPassword.join(', ')}` }]
        : []),
      ...(withKeys.length > 0
        ? [{ verdict: 'works' as const, found: `with ssh keys: ${withKeys.join(', ')}` }]
        : []),
    ];
  },
};

/** Jobs of cron(8) and timers of systemd. */
export const cron: Check = {
  topic: 'cron',
  run({ tree }) {
    const tables = ['/var/spool/cron/crontabs', '/var/spool/cron', '/var/spool/cron/tabs'].flatMap((path) =>
      tree.filesIn(path),
    );
    const files = ['/etc/crontab', ...tree.filesIn('/etc/cron.d', /^[^.]/), ...tables];
    const jobs = files.flatMap((file) => {
      const lines = tree.lines(file).filter((line) => /^([\d*@]|\d)/.test(line));
      return lines.length > 0 ? [`${lines.length} in ${file}`] : [];
    });
    const scripts = ['hourly', 'daily', 'weekly', 'monthly'].flatMap((period) => {
      const names = tree.filesIn(`/etc/cron.${period}`, /^[^.]/).map((path) => posix.basename(path));
      return names.length > 0 ? [`${names.length} ${period}`] : [];
    });
    const found = [...jobs, ...scripts];
    return found.length === 0 ? [] : [{ verdict: 'works', found: `jobs: ${found.join(', ')}` }];
  },
};
