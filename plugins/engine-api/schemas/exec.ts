import type { ExecCreateRequest, ExecStartRequest } from '../../../client/wire.ts';
import { flag, record, size, text, textOrTexts, texts, typed } from './json.ts';

/** Body of `POST /containers/{id}/exec`. */
export const execCreateSchema = typed<ExecCreateRequest>(
  record(
    {
      AttachStdin: flag,
      AttachStdout: flag,
      AttachStderr: flag,
      DetachKeys: text,
      Tty: flag,
      Env: texts,
      SecretEnv: texts,
      Cmd: textOrTexts,
      Login: flag,
      Privileged: flag,
      User: text,
      WorkingDir: text,
      ConsoleSize: size,
    },
    ['Cmd'],
  ),
);

/** Body of `POST /exec/{id}/start`. */
export const execStartSchema = typed<ExecStartRequest>(
  record({ Detach: flag, Tty: flag, ConsoleSize: size }),
);
