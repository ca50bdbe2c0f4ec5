import { currentContext, defaultContext, type Environment } from '../../context/current.ts';
import { resolveContext } from '../../context/resolve.ts';
import { contextPath } from '../../context/store.ts';
import { printObjects } from '../../output/printObjects.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[context...]', 'Names; the current context without one')
    .option(
      '-f, --format <format>',
      'Format output: json, or a Go template such as {{.Endpoints.docker.Host}}',
    )
    .action(async (names: string[], { format }: { format?: string }) => {
      const { env } = session.terminal;
      const shown = names.length > 0 ? names : [currentContext(session.connection, env).name];
      await printObjects(session, shown, format, async (name) => details(env, name));
    });
}

/** As Docker's, and neither keys nor the token. */
function details(env: Environment, name: string) {
  const { description, host, tls, token } = resolveContext(env, name);
  const path = name === defaultContext ? '<IN MEMORY>' : contextPath(env, name);
  return {
    Name: name,
    Metadata: description === '' ? {} : { Description: description },
    Endpoints: { docker: { Host: host, SkipTLSVerify: false } },
    TLSMaterial: tls ? { docker: Object.keys(tls).map((file) => `${file}.pem`) } : {},
    HasToken: token !== undefined,
    Storage: { MetadataPath: path, TLSPath: path },
  };
}
