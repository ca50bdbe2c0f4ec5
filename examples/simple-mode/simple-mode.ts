import { type ContainerDraft, definePlugin, Type } from 'pouch/hooks';

const launcherPath = '/.pouch/simple';
const scriptPath = '/.pouch/initscript';

/**
 * Arguments: the directory of the services, seconds between two runs of one, the init script (may be empty), the
 * command. The command replaces the shell: signals reach it, and the container ends with it.
 */
const launcher = `#!/bin/sh
services=$1 pause=$2 script=$3; shift 3
[ -z "$script" ] || "$script" || exit $?
for service in "$services"/*; do
  [ -x "$service" ] || continue
  while :; do "$service"; sleep "$pause"; done </dev/null &
done
[ $# -gt 0 ] || wait
exec "$@"
`;

/** Rich mode `simple`: runs the programs of a directory of the image as services beside the command. */
export default definePlugin({
  name: 'simple-mode',
  doc: 'Rich mode simple: runs the programs of a directory of the image as services.',
  options: Type.Object({
    services: Type.String({ default: '/etc/simple.d', description: 'Directory of programs in the image.' }),
    pause: Type.Integer({
      default: 1,
      minimum: 0,
      description: 'Seconds before an ended service runs again.',
    }),
  }),
  setup({ richMode, options: { services, pause } }) {
    richMode({
      name: 'simple',
      doc: `The programs of ${services} run beside the command, and again when they end`,
      suits: async ({ image }) => (await image.stat(services))?.kind === 'directory',
      before: ['rich-systemd?', 'rich-sbin-init?', 'rich-dumb-init?'],
      apply(draft) {
        const { process } = draft;
        process.init = true;
        const command = [...process.entrypoint, ...process.command];
        draft.files[launcherPath] = { content: launcher, mode: 0o755, readonly: true };
        process.entrypoint = ['/bin/sh', launcherPath];
        process.command = [services, String(pause), initScript(draft), ...command];
      },
    });
  },
});

/** A path in the container, or the script itself if it begins with #!. */
function initScript({ rich, files }: ContainerDraft): string {
  if (!rich.initScript.startsWith('#!')) return rich.initScript;
  files[scriptPath] = { content: rich.initScript, mode: 0o755, readonly: true };
  return scriptPath;
}
