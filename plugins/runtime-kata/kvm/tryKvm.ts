import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { kept, messageOf } from '../../../hooks/index.ts';

/** In milliseconds; where KVM works, the probe takes a few. */
const deadline = 5_000;
/** Time for which a result is cached, in milliseconds: all of kata's runtimes use it. */
const keepMs = 10_000;

/** Returns why /dev/kvm cannot create a virtual machine; empty if it can. */
export const tryKvm: () => Promise<string> = kept(ask, { for: keepMs });

async function ask(): Promise<string> {
  const probe = fileURLToPath(new URL('./kvm-probe.js', import.meta.url));
  const options = { timeout: deadline, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 } as const;
  const running = promisify(execFile)(process.execPath, [probe], options);
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no result within ${deadline / 1000} s`)), deadline + 500).unref();
  });
  try {
    // A process that hangs in the kernel outlives SIGKILL.
    const { stdout } = await Promise.race([running, late]);
    return (JSON.parse(stdout) as { failed: string }).failed;
  } catch (error) {
    return `the probe failed: ${messageOf(error)}`;
  }
}
