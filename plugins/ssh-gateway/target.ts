/** Whom a login is for: `CONTAINER`, or `USER+CONTAINER`. Names of containers have no `+`. */
export interface Target {
  /** Name, id or id prefix. */
  container: string;
  /** User inside. */
  user: string;
}

/** Undefined for a text of another form. */
export function targetOf(text: string): Target | undefined {
  const [, user = 'root', container] =
    /^(?:([a-z_][a-z0-9_.-]{0,31})\+)?([a-zA-Z0-9][a-zA-Z0-9_.-]{0,254})$/.exec(text) ?? [];
  return container === undefined ? undefined : { container, user };
}
