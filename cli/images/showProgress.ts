import { ClientError } from '../../client/index.ts';
import type { ProgressMessage, ProgressStream } from '../../client/index.ts';
import { liveProgress } from '../output/liveProgress.ts';
import { plainProgress } from '../output/plainProgress.ts';
import type { ProgressView } from '../output/progressView.ts';

/**
 * Shows a progress stream to its end: a bar per layer on a terminal, plain lines elsewhere.
 * @throws ClientError with the daemon's code if the stream reports an error
 */
export async function showProgress(
  progress: ProgressStream,
  options: { stream: NodeJS.WriteStream; quiet: boolean },
): Promise<void> {
  const view = viewFor(options);
  try {
    for await (const message of progress) {
      if (message.error !== undefined) throw progressError(message);
      view.update(message);
    }
  } finally {
    view.end();
  }
}

function viewFor({ stream, quiet }: { stream: NodeJS.WriteStream; quiet: boolean }): ProgressView {
  if (quiet) return { update: () => undefined, end: () => undefined };
  return stream.isTTY ? liveProgress(stream) : plainProgress(stream);
}

function progressError({ error = '', errorDetail }: ProgressMessage): ClientError {
  const code = typeof errorDetail?.code === 'string' ? errorDetail.code : '';
  const { message = error, hint, plugin, hook } = errorDetail ?? {};
  const details = { ...(hint !== undefined && { hint }), ...(plugin && { plugin }), ...(hook && { hook }) };
  return new ClientError(code, message, details);
}
