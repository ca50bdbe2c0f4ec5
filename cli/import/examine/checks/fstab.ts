import type { Check, Finding } from '../finding.ts';

type Found = Omit<Finding, 'topic'>;

/** A line of fstab(5). */
interface Mount {
  source: string;
  target: string;
  type: string;
  options: string;
}

const network = /^(nfs4?|cifs|smbfs|glusterfs|ceph|fuse\.sshfs)$/;
/** What the boot of a container has anyway. */
const ofKernel = /^(proc|sysfs|tmpfs|devpts|devtmpfs|cgroup2?|securityfs|debugfs|configfs|hugetlbfs|mqueue)$/;

/** File systems that are mounted at boot. */
export const fstab: Check = {
  topic: 'mounts',
  run: ({ tree }) => tree.lines('/etc/fstab').flatMap((line) => findingsOf(mountOf(line))),
};

function mountOf(line: string): Mount {
  const [source = '', target = '', type = '', options = 'defaults'] = line
    .split(/\s+/)
    .map((word) => word.replace(/\\040/g, ' '));
  return { source, target, type, options };
}

function findingsOf(mount: Mount): Found[] {
  const { source, target, type } = mount;
  if (type === 'swap') return [swap(source)];
  const devices = lvm(source);
  if (target === '/' || target === 'none' || ofKernel.test(type)) return devices;
  if (/^\/boot(\/|$)/.test(target))
    return [
      ...devices,
      { verdict: 'cannot', found: `${target}: a container boots no kernel`, advice: 'drop the line' },
    ];
  if (network.test(type)) return [networkMount(mount)];
  if (type === 'iso9660' || type === 'udf' || /noauto/.test(mount.options))
    return [{ verdict: 'changes', found: `${target} from ${source}: is not mounted by itself` }];
  if (mount.options.split(',').includes('bind'))
    return [{ verdict: 'changes', found: `${target}: bind mount of ${source}, inside`, advice: bindAdvice }];
  return [...devices, volume(mount)];
}

const bindAdvice = 'replace it by a symbolic link, or by --volume';

function swap(source: string): Found {
  const found = `swap on ${source}: swap is that of the host`;
  return { verdict: 'changes', found, advice: 'limit it with --memory-swap; drop the line' };
}

function lvm(source: string): Found[] {
  if (!/^\/dev\/(mapper\/|[a-z]+vg|vg)/i.test(source)) return [];
  const found = `${source}: LVM or device mapper, which a container does not have`;
  return [
    {
      verdict: 'changes',
      found,
      advice: 'import from the running host or a tar: disk images with LVM are not read',
    },
  ];
}

function volume({ source, target, type }: Mount): Found {
  return {
    verdict: 'changes',
    found: `${target} from ${source} (${type}): a volume takes its place`,
    advice: 'copy its data into the volume; drop the line of /etc/fstab',
    options: [['volume', `${volumeName(target)}:${target}`]],
  };
}

function networkMount({ source, target, type, options }: Mount): Found {
  const [, host = '', path = ''] = /^(?:\/\/)?\[?([^\]:/]+)\]?:?(\/.*)$/.exec(source) ?? [];
  const name = volumeName(target);
  const isNfs = type.startsWith('nfs');
  const words = `-o type=${type} -o device=${isNfs ? `:${path}` : source} -o o=addr=${host}`;
  return {
    verdict: 'changes',
    found: `${target} from ${source} (${type}, ${options}): a volume that the host mounts takes its place`,
    advice: 'drop the line of /etc/fstab',
    ...((isNfs || type === 'cifs') && {
      before: [`pouch volume create ${words} ${name}`],
      options: [['volume', `${name}:${target}`] as [string, string]],
    }),
  };
}

function volumeName(target: string): string {
  return target.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'data';
}
