import type { ContainerDraft } from '../../hooks/draft.ts';
import { PouchError } from '../../hooks/errors.ts';
import { ofDockerHealthcheck } from '../../hooks/healthcheck.ts';
import { signalNumber } from '../contract/signals.ts';

/** What the image says about its containers (image-spec config.md, `config`). */
export function applyImage(draft: ContainerDraft): void {
  const config = draft.image.config.config ?? {};
  draft.process.entrypoint = [...(config.Entrypoint ?? [])];
  draft.process.command = [...(config.Cmd ?? [])];
  Object.assign(draft.process.env, parseEnv(config.Env ?? []));
  if (config.WorkingDir) draft.process.cwd = config.WorkingDir;
  if (config.User) draft.process.user = config.User;
  if (config.StopSignal) draft.stop.signal = checkedSignal(config.StopSignal, draft);
  Object.assign(draft.labels, config.Labels);
  if (config.Healthcheck) draft.healthcheck = ofDockerHealthcheck(config.Healthcheck);
}

/** One that does not exist would be found only at the stop. */
function checkedSignal(signal: string, { image }: ContainerDraft): string {
  try {
    signalNumber(signal);
    return signal;
  } catch (cause) {
    throw new PouchError(
      'PCH_IMAGE_INVALID',
      `the image ${image.reference}: config.StopSignal: expected a signal, found ${JSON.stringify(signal.slice(0, 60))}`,
      { hint: 'set another StopSignal in the image', cause },
    );
  }
}

/** `["A=b"]` → `{ A: 'b' }`; what has no `=` is left out. */
export function parseEnv(list: readonly string[]): Record<string, string> {
  const pairs = list.map((entry) => [entry, entry.indexOf('=')] as const).filter(([, at]) => at > 0);
  return Object.fromEntries(pairs.map(([entry, at]) => [entry.slice(0, at), entry.slice(at + 1)]));
}
