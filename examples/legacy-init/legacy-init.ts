import { Containers, definePlugin, Events, Execs, invalidField, Type } from 'pouch/hooks';
import { Health } from './Health.ts';
import { launcher, launcherPath, scriptPath } from './launcher.ts';

const names = /^[\w.-]+( [\w.-]+)*$/;

/** Rich mode `legacy`: SysV scripts with syslog and cron, and health from a pid file. */
export default definePlugin({
  name: 'legacy-init',
  doc: 'Rich mode legacy: starts SysV scripts of the image with syslog and cron, and watches pid files.',
  options: Type.Object({
    services: Type.String({
      default: 'legacy-init',
      description: 'Label with names of scripts in /etc/init.d.',
    }),
    pidfile: Type.String({
      default: 'legacy-init.pidfile',
      description: 'Label with the path of a pid file.',
    }),
    syslog: Type.String({
      default: 'syslogd -n -O -',
      description: 'Command of the system log; empty: none.',
    }),
    cron: Type.String({ default: 'crond -f', description: 'Command of cron; empty: none.' }),
    interval: Type.Integer({
      default: 10_000,
      minimum: 100,
      description: 'Milliseconds between two checks.',
    }),
    failures: Type.Integer({
      default: 3,
      minimum: 1,
      description: 'Failed checks in a row that are too many.',
    }),
    restart: Type.Boolean({ default: false, description: 'Restarts a container that is unhealthy.' }),
  }),
  inject: { containers: Containers, events: Events, execs: Execs },
  setup({ richMode, options, services, log, onDispose }) {
    richMode({
      name: 'legacy',
      doc: 'SysV scripts of the image run beside the command, with syslog and cron',
      suits: ({ labels }) => labels[options.services] !== undefined,
      before: ['rich-systemd?', 'rich-sbin-init?', 'rich-dumb-init?'],
      apply({ process, files, rich, labels, id }) {
        const wanted = labels[options.services] ?? '';
        if (wanted !== '' && !names.test(wanted)) throw invalidServices(options.services, wanted);
        const isText = rich.initScript.startsWith('#!');
        if (isText) files[scriptPath] = { content: rich.initScript, mode: 0o755, readonly: true };
        files[launcherPath] = { content: launcher, mode: 0o755, readonly: true };
        const script = isText ? scriptPath : rich.initScript;
        const command = [...process.entrypoint, ...process.command];
        // The command of base images, which would end at once.
        const isBareShell = command.length === 1 && /(^|\/)(ba|da|a)?sh$/.test(command[0]!) && !process.tty;
        log.debug('legacy init', { container: id, services: wanted });
        process.init = true;
        process.entrypoint = ['/bin/sh', launcherPath];
        process.command = [wanted, options.syslog, options.cron, script, ...(isBareShell ? [] : command)];
      },
    });
    const health = new Health(services, options, log);
    const timer = setInterval(() => void health.check(), options.interval);
    onDispose(() => clearInterval(timer));
  },
});

function invalidServices(label: string, found: string): Error {
  const problem = `label ${label}: expected names of scripts in /etc/init.d, separated by spaces, found ${JSON.stringify(found)}`;
  return invalidField('labels', problem, 'write for example "rsyslog cron erp"');
}
