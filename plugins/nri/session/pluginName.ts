import { PouchError } from '../../../hooks/index.ts';

/** Returns `10-foo` of an index and a name. @throws PCH_NRI_REFUSED */
export function checkedName(index: string, name: string): string {
  if (!/^[0-9]{2}$/.test(index))
    throw refused(`expected an index of two digits, found "${shortened(index)}"`);
  if (!/^\w[\w.-]{0,62}$/.test(name))
    throw refused(
      `expected a name of up to 63 letters, digits, "_", "." and "-", found "${shortened(name)}"`,
    );
  return `${index}-${name}`;
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function refused(message: string): PouchError {
  return new PouchError('PCH_NRI_REFUSED', message, {
    hint: 'name the executable of the plugin INDEX-NAME, such as 10-foo, or start it with -idx and -name',
  });
}
