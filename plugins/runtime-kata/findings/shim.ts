import type { RuntimeFinding } from '../../../hooks/index.ts';
import { shimExecutable } from '../../../hooks/index.ts';
import type { Shim } from '../shim/probe.ts';
import { bad, good } from './finding.ts';
import { installKata } from './install.ts';

export function shimFinding(shim: Shim | undefined, asked: string): RuntimeFinding {
  if (!shim) {
    const name = asked || shimExecutable('io.containerd.kata.v2');
    return bad('shim', `${name} found neither in containerd’s PATH nor in /opt/kata`, installKata);
  }
  const { path, version, language, failure } = shim;
  if (failure) return bad('shim', `${path} --version failed: ${failure}`, `${path} --version; ldd ${path}`);
  if (!version)
    return bad('shim', `${path} --version prints no version: it is not a shim of kata`, installKata);
  return good('shim', `${path}, version ${version} (${language === 'rust' ? 'Rust' : 'Go'})`);
}
