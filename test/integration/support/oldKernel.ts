import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** Calls that Linux 4.19 does not have. */
const missing = [
  'open_tree',
  'move_mount',
  'mount_setattr',
  'fsopen',
  'fsconfig',
  'fsmount',
  'openat2',
  'close_range',
  'clone3',
  'pidfd_open',
  'pidfd_send_signal',
];

/** Builds a program that executes another one with these calls failing with ENOSYS; returns its path. */
export async function oldKernel(dir: string): Promise<string> {
  const source = join(dir, 'old-kernel.c');
  const program = join(dir, 'old-kernel');
  const rules = missing.map(
    (name) => `seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(${name}), 0);`,
  );
  await writeFile(
    source,
    `#include <errno.h>
#include <seccomp.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	${rules.join('\n\t')}
	if (argc < 2 || seccomp_load(filter) < 0)
		return 125;
	execvp(argv[1], argv + 1);
	return 126;
}
`,
  );
  await execa('gcc', [source, '-o', program, '-lseccomp']);
  return program;
}
