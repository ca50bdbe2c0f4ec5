import { type ErrorCode, errorKinds, messageOf, PouchError } from '../../../hooks/errors.ts';
import type { FieldPath } from '../../../hooks/fields.ts';
import type { ErrorForm } from '../../../hooks/processProtocol.ts';

/** An error as the other process gets it; one without a code has its message only. */
export function errorForm(error: unknown): ErrorForm {
  if (!(error instanceof PouchError)) return { message: messageOf(error) };
  const { code, message, hint, field, container, plugin, hook } = error;
  return {
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(field !== undefined && { field }),
    ...(container !== undefined && { container }),
    ...(plugin !== undefined && { plugin }),
    ...(hook !== undefined && { hook }),
  };
}

/** The error that the other process has thrown; undefined if its code does not exist. */
export function errorOf({ code, message, field, ...details }: ErrorForm): Error | undefined {
  if (code === undefined) return new Error(message);
  if (!Object.hasOwn(errorKinds, code)) return undefined;
  return new PouchError(code as ErrorCode, message, {
    ...details,
    ...(field !== undefined && { field: field as FieldPath }),
  });
}
