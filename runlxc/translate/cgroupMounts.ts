/** Translates a mount of type cgroup: the container sees its own part of the host's hierarchies. */
import { basename, join } from 'node:path';
import { payload, type Hierarchy } from '../cgroup/layout.ts';
import { hasNamespace } from '../spec/validate.ts';
import type { Container, Plans } from './container.ts';
import { type MountOptions, ms } from './mountOptions.ts';

const safe = ms.nosuid | ms.nodev | ms.noexec;

export function addCgroupMount(
  container: Container,
  plans: Plans,
  destination: string,
  options: MountOptions,
): void {
  if (container.cgroups.unified) addUnified(container, plans, destination, options);
  else addLegacy(container, plans, destination, options);
}

function addUnified(container: Container, { init }: Plans, destination: string, options: MountOptions): void {
  if (hasNamespace(container.spec, 'cgroup'))
    init.add('mount', 'cgroup', 'cgroup2', destination, options.flags | safe, '', options.propagation, false);
  else
    init.add(
      'bind-path',
      payload(container.cgroups.all[0]!, container.cgroup),
      destination,
      options.flags | safe,
    );
}

/** Mounts a tmpfs with a directory for each hierarchy, as systemd does on the host. */
function addLegacy(container: Container, plans: Plans, destination: string, options: MountOptions): void {
  const { init } = plans;
  const writable = (options.flags | safe) & ~ms.rdonly;
  init.add('mount', 'tmpfs', 'tmpfs', destination, writable, 'mode=755', options.propagation, false);
  for (const hierarchy of container.cgroups.all)
    if (hierarchy.version === 1)
      addHierarchy(container, plans, join(destination, basename(hierarchy.mount)), {
        hierarchy,
        flags: options.flags | safe,
      });
  for (const { controllers, mount } of container.cgroups.all)
    if (controllers.length > 1)
      for (const controller of controllers)
        init.add('symlink', basename(mount), join(destination, controller));
  if (options.flags & ms.rdonly) init.add('remount', destination, options.flags | safe | ms.bind);
}

function addHierarchy(
  { spec, cgroup }: Container,
  { init }: Plans,
  destination: string,
  { hierarchy, flags }: { hierarchy: Hierarchy; flags: number },
): void {
  if (hasNamespace(spec, 'cgroup'))
    init.add('mount', 'cgroup', 'cgroup', destination, flags, hierarchy.options, 0, false);
  else init.add('bind-path', payload(hierarchy, cgroup), destination, flags & ~ms.rec);
}
