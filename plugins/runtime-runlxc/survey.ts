import type { Binary, Survey } from '../../hooks/index.ts';

/** `--version` of runlxc names liblxc's version, or says why its native parts do not work. */
export async function survey({ path, version, about }: Binary): Promise<Survey> {
  const lxc = /^liblxc: (.*)$/m.exec(about)?.[1] ?? 'unknown';
  const works = /^\d/.test(lxc);
  const fix = 'apt-get install gcc libc6-dev lxc-dev libseccomp-dev\nnpm run build';
  return {
    findings: [
      { name: 'runlxc', ok: true, found: `${path} ${version}` },
      { name: 'liblxc', ok: works, found: lxc, ...(!works && { mend: fix }) },
    ],
    ...(!works && {
      problem: `liblxc or runlxc’s native parts do not work (${lxc}): ${fix.replace('\n', ', then ')}`,
    }),
  };
}
