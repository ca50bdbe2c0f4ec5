import {
  addCommandProgram,
  commandExitScript,
  type ContainerDraft,
  type ServiceCommand,
  streamsDirectory,
} from '../../hooks/index.ts';
import { serviceDirectories } from './findInit.ts';

/** Directory of the services that run, on the tmpfs. */
export const scanDirectory = '/run/service';

/** How it has been asked to end: `reboot` or `poweroff`; and the exit code of the command. */
const [endingPath, exitPath] = ['/run/pouch-ending', '/run/pouch-exit-code'];

/** s6-svscan becomes it at its end: its exit code is the container's, like that of an init that calls reboot(2). */
const finish = `read -r ending 2>/dev/null <${endingPath}
case $ending in reboot) exit 129 ;; poweroff) exit 130 ;; esac
read -r code 2>/dev/null <${exitPath} || code=0
${commandExitScript}
exit $code`;

/** The signals of inits (s6-linux-init): SIGINT reboots, SIGUSR1 and SIGUSR2 power off. */
const onSignal = (ending: string) => `echo ${ending} >${endingPath}
exec s6-svscanctl -t ${scanDirectory}`;

/** Lines of shell that copy services of the image and of mounts, whose state is not to be in there. */
export const copyServices = `for service in ${serviceDirectories.map((path) => `${path}/*`).join(' ')}; do
  name=\${service##*/}
  [ -d "$service" ] && [ ! -e "${scanDirectory}/$name" ] || continue
  cp -R "$service" ${scanDirectory}/
  rm -rf "${scanDirectory}/$name/supervise" "${scanDirectory}/$name/event"
done`;

/** Adds the control scripts of s6-svscan (s6-svscan-1) to the draft, and the command as a service. */
export function addScanDirectory(draft: ContainerDraft, command: ServiceCommand | undefined): void {
  const add = (path: string, content: string) => {
    draft.files[`${scanDirectory}/${path}`] = {
      content: `#!/bin/sh\n${content}\n`,
      mode: 0o755,
      readonly: true,
    };
  };
  add('.s6-svscan/finish', finish);
  add('.s6-svscan/SIGINT', onSignal('reboot'));
  add('.s6-svscan/SIGUSR1', onSignal('poweroff'));
  add('.s6-svscan/SIGUSR2', onSignal('poweroff'));
  if (!command) return;
  const [stdin, stdout, stderr] = ['stdin', 'stdout', 'stderr'].map((name) => `${streamsDirectory}/${name}`);
  add('pouch-command/run', `exec ${addCommandProgram(draft, command)} <${stdin} >${stdout} 2>${stderr}`);
  add('pouch-command/finish', commandEnd(command));
}

/** The arguments are the exit code, or 256 and the signal; 125 says that the service is not to be started again. */
function commandEnd({ endsContainer }: ServiceCommand): string {
  if (!endsContainer) return 'exit 125';
  return `code=$1
[ "$code" -lt 256 ] || code=$((128 + $2))
echo "$code" >${exitPath}
s6-svscanctl -t ${scanDirectory}
exit 125`;
}
