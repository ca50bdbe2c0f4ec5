import assert from 'node:assert/strict';
import { succeeded, type Container } from './Container.ts';
import { mountAt, type MountInfo } from './mountinfo.ts';

/** Runs a script in the container and returns its output, without the final newline. */
export async function see(container: Container, script: string): Promise<string> {
  container.spec.process.args = ['/bin/sh', '-c', script];
  return succeeded(await container.run()).stdout.trimEnd();
}

/** Returns the topmost mount at the path, as the container's process sees it. */
export async function seeMount(container: Container, path = '/mnt'): Promise<MountInfo> {
  return mountAt(await see(container, 'cat /proc/self/mountinfo'), path);
}

/** The mount at /mnt must have the option. */
export function hasMountOption(option: string): (container: Container) => Promise<void> {
  return async (container) => {
    const { options, superOptions } = await seeMount(container);
    assert.ok(
      [...options, ...superOptions].includes(option),
      `${option} in ${[...options, ...superOptions].join()}`,
    );
  };
}

/** The mount at /mnt must not have the option. */
export function lacksMountOption(option: string): (container: Container) => Promise<void> {
  return async (container) => {
    const { options } = await seeMount(container);
    assert.ok(!options.includes(option), `no ${option} in ${options.join()}`);
  };
}
