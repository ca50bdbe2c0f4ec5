import type { ContainerRecord } from '../../../../hooks/index.ts';

/** The command as its user knows it: in a rich container the init runs instead, and the command below it. */
export function shownCommand({ draft, request }: ContainerRecord): string {
  if (!draft.rich.enabled) return [...draft.process.entrypoint, ...draft.process.command].join(' ');
  const image = draft.image.config.config ?? {};
  const entrypoint = request.entrypoint ?? image.Entrypoint ?? [];
  // The image's command belongs to the image's entrypoint.
  const standard = request.entrypoint ? [] : (image.Cmd ?? []);
  return [...entrypoint, ...(request.command?.length ? request.command : standard)].join(' ');
}
