import type { ContainerRecord } from '../../../../hooks/index.ts';

/** Returns the user's command; in a rich container process 1 is the init, which runs the command unless it has none. */
export function shownCommand({ draft, request }: ContainerRecord): string {
  if (!draft.rich.enabled) return [...draft.process.entrypoint, ...draft.process.command].join(' ');
  if (draft.rich.init) return draft.rich.init;
  const image = draft.image.config.config ?? {};
  const entrypoint = request.entrypoint ?? image.Entrypoint ?? [];
  // Docker drops the image's command when the entrypoint is replaced.
  const standard = request.entrypoint ? [] : (image.Cmd ?? []);
  return [...entrypoint, ...(request.command?.length ? request.command : standard)].join(' ');
}
