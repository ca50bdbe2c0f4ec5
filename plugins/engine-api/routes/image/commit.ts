/** `POST /commit`: an image of a container. */
import type { CommitRequest, CommitResponse } from '../../../../client/wire.ts';
import { PouchError, Type } from '../../../../hooks/index.ts';
import { readJson } from '../../http/body.ts';
import type { Call, Route } from '../../http/call.ts';
import { sendJson } from '../../http/reply.ts';
import { validate } from '../../http/validate.ts';
import { keySet, record, text, textMap, texts, typed } from '../../schemas/json.ts';
import { applyChanges } from '../../translate/image/changes.ts';
import { joinReference } from '../../translate/image/reference.ts';

export const commitRoutes: Route[] = [{ method: 'POST', path: '/commit', handler: commit }];

const fields = {
  User: text,
  ExposedPorts: keySet,
  Env: texts,
  Cmd: texts,
  Entrypoint: texts,
  Volumes: keySet,
  WorkingDir: text,
  Labels: textMap,
  StopSignal: text,
  OnBuild: texts,
  Healthcheck: Type.Unsafe<object>({ type: ['object', 'null'] }),
};
const schema = typed<CommitRequest>(record(fields));

async function commit(call: Call): Promise<void> {
  const { query, engine } = call;
  const container = query.text('container');
  if (!container)
    throw new PouchError('PCH_BAD_REQUEST', 'container: expected the name of a container, found nothing', {
      hint: 'name it in the query: POST /commit?container=NAME',
    });
  const asked = validate(schema, (await readJson(call)) ?? null) ?? {};
  const [repo, author, comment] = [query.text('repo'), query.text('author'), query.text('comment')];
  const Id = await engine.containers.commit(container, {
    ...(repo && { reference: joinReference(repo, query.text('tag')) }),
    ...(author && { author }),
    ...(comment && { comment }),
    pause: !query.text('pause') || query.flag('pause'),
    config: applyChanges(query.all('changes'), withoutNulls(asked)),
  });
  const body: CommitResponse = { Id };
  sendJson(call, body, 201);
}

/** Docker's clients send every field. */
function withoutNulls(asked: CommitRequest): Parameters<typeof applyChanges>[1] {
  return Object.fromEntries(
    Object.entries(asked).filter(([name, value]) => value !== null && name in fields),
  );
}
