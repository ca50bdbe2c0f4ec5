import { invalidField } from '../../../hooks/invalidField.ts';

/** HOST_NAME_MAX of Linux; the kernel's limit of domain names is the same (sethostname(2), setdomainname(2)). */
const longest = 64;
/** Names go into /etc/hosts too: white space or a line break would make other entries there. */
const form = /^[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/;

/** @throws PCH_OPTION_INVALID if the kernel would refuse it, or it has other characters than names have */
export function checkHostname(path: 'hostname' | 'domainname', name: string): string {
  if (isHostname(name)) return name;
  throw invalidField(
    path,
    `expected at most ${longest} letters, digits, "-", "_" and ".", found "${name.slice(0, 100)}"`,
    'choose another name, or leave it out',
  );
}

/** Whether the kernel takes it, and it is fit for /etc/hosts. */
export function isHostname(name: string): boolean {
  return name.length <= longest && form.test(name);
}
