import { type LoggedContainer, PouchError } from '../../hooks/index.ts';

type Tagged = Pick<LoggedContainer, 'id' | 'name' | 'image'> & { readonly options: { readonly tag: string } };

const fields: Record<string, (container: Tagged) => string> = {
  ID: ({ id }) => id.slice(0, 12),
  FullID: ({ id }) => id,
  Name: ({ name }) => name,
  ImageName: ({ image }) => image,
  DaemonName: () => 'pouch',
};

/** Docker's templates, as far as they name one field. @throws PCH_OPTION_INVALID */
export function tagOf(container: Tagged): string {
  return container.options.tag.replace(/{{(.*?)}}/g, (_, inside: string) => {
    const name = /^\s*\.(\w+)\s*$/.exec(inside)?.[1];
    if (name !== undefined && Object.hasOwn(fields, name)) return fields[name]!(container);
    throw new PouchError(
      'PCH_OPTION_INVALID',
      `tag: expected a field of the container, found "{{${inside}}}"`,
      {
        hint: `known are ${Object.keys(fields)
          .map((field) => `{{.${field}}}`)
          .join(', ')}`,
      },
    );
  });
}
