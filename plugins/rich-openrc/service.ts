import { type ContainerDraft, sessionEnvironment, shellWord, streamsDirectory } from '../../hooks/index.ts';

export const serviceName = 'pouch-command';

/** Process id of the command's launcher, on the tmpfs. */
const pidPath = '/run/pouch/command.pid';

/**
 * Adds a service of OpenRC for the command to the draft, in the default runlevel. It does not use start-stop-daemon,
 * of which Debian has another one.
 * @param launcher - path of a program that runs the command
 */
export function addService({ files, stop }: ContainerDraft, launcher: string): void {
  const waits = stop.timeoutSeconds < 0 ? 90 : Math.max(1, Math.min(90, stop.timeoutSeconds - 5));
  const content = `#!/sbin/openrc-run
description="Command of the container"

start() {
  ebegin "Starting the command of the container"
  # Services do not wait for its end, nor does a terminal belong to it.
  setsid ${launcher} <${streamsDirectory}/stdin >${streamsDirectory}/stdout 2>${streamsDirectory}/stderr &
  echo $! >${pidPath}
  eend 0
}

stop() {
  ebegin "Stopping the command of the container"
  read -r pid <${pidPath}
  tries=0
  kill -TERM "$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null && [ $tries -lt ${waits * 10} ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -KILL "$pid" 2>/dev/null
  eend 0
}

status() {
  read -r pid <${pidPath} && kill -0 "$pid" 2>/dev/null
}
`;
  files[`/etc/init.d/${serviceName}`] = { content, mode: 0o755, readonly: true };
  files[`/etc/runlevels/default/${serviceName}`] = { content: '', mode: 0o644, readonly: true };
}

/** Services of OpenRC have the variables that its configuration exports (openrc-run.sh). */
export function addVariables(draft: ContainerDraft): void {
  const lines = Object.entries(sessionEnvironment(draft)).map(
    ([name, value]) => `export ${name}=${shellWord(value)}\n`,
  );
  if (lines.length === 0) return;
  draft.files['/etc/rc.conf.d/pouch.conf'] = { content: lines.join(''), mode: 0o644, readonly: true };
}
