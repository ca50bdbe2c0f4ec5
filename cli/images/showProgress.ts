import { ClientError } from '../../client/index.ts';
import type { ProgressMessage, ProgressStream } from '../../client/index.ts';
import { liveProgress } from '../output/liveProgress.ts';
import { plainProgress } from '../output/plainProgress.ts';
import type { ProgressView } from '../output/progressView.ts';

/** Where progress is shown. */
export interface ProgressOutput {
  stream: NodeJS.WriteStream;
  quiet: boolean;
}

/**
 * Shows a progress stream to its end: a bar per layer on a terminal, plain lines elsewhere.
 * @throws ClientError with the daemon's code if the stream reports an error
 */
export async function showProgress(progress: ProgressStream, options: ProgressOutput): Promise<void> {
  const view = progressView(options);
  try {
    await showIn(view, progress);
  } finally {
    view.end();
  }
}

/** Shows a progress stream in a view that shows others, too. @throws ClientError as {@link showProgress} */
export async function showIn(view: ProgressView, progress: ProgressStream): Promise<void> {
  for await (const message of progress) {
    if (message.error !== undefined) throw progressError(message);
    view.update(message);
  }
}

/** Returns a view. It must be ended. */
export function progressView({ stream, quiet }: ProgressOutput): ProgressView {
  if (quiet) return { update: () => undefined, end: () => undefined };
  return stream.isTTY ? liveProgress(stream) : plainProgress(stream);
}

function progressError({ error = '', errorDetail }: ProgressMessage): ClientError {
  const code = typeof errorDetail?.code === 'string' ? errorDetail.code : '';
  const { message = error, hint, plugin, hook } = errorDetail ?? {};
  const details = { ...(hint !== undefined && { hint }), ...(plugin && { plugin }), ...(hook && { hook }) };
  return new ClientError(code, message, details);
}
