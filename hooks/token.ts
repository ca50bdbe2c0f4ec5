declare const serviceType: unique symbol;

/**
 * Names a service and carries its type. The token of a service has the name of its interface:
 * `inject: { containers: Containers }`.
 */
export type Token<Service = unknown> = symbol & { readonly [serviceType]: Service };

/** Tokens by the names that their services are to have. */
export type Tokens = Readonly<Record<string, Token>>;

/** A token with conditions, made by `optional` and `versioned`. */
export interface Requirement<Service = unknown> {
  readonly token: Token;
  /** Semantic versions that fit, such as `^1.2`. Missing: any. */
  readonly range?: string;
  readonly isOptional?: boolean;
  /** Only for the type checker. */
  readonly service?: () => Service;
}

/** What a plugin can inject, by the names that the services are to have. */
export type Requirements = Readonly<Record<string, Token | Requirement>>;

/** The services of tokens, by the same names. */
export type ServicesOf<Named extends Requirements> = {
  readonly [Name in keyof Named]: ServiceOf<Named[Name]>;
};

type ServiceOf<Wanted> =
  Wanted extends Token<infer Service>
    ? Service
    : Wanted extends { readonly service?: () => infer Service }
      ? Service
      : never;

const prefix = 'pouch.';

/**
 * A token for a service that a plugin provides. Plugins that call it with the same name get the same token, so a
 * consumer need not import the provider's file.
 * @param name begins with the name of the plugin: `corp-users.directory`
 */
export function token<Service>(name: string): Token<Service> {
  return Symbol.for(prefix + name) as Token<Service>;
}

export function tokenName({ description = '' }: Token): string {
  return description.replace(prefix, '');
}

/** Injects a service, or undefined if no plugin provides it. */
export function optional<Service>(
  wanted: Token<Service> | Requirement<Service>,
): Requirement<Service | undefined> {
  return { ...conditions(wanted), isOptional: true } as Requirement<Service | undefined>;
}

/** Injects a service whose version, that of the plugin that provides it, is in a range: `versioned(Users, '^1.2')`. */
export function versioned<Service>(
  wanted: Token<Service> | Requirement<Service>,
  range: string,
): Requirement<Service> {
  return { ...conditions(wanted), range } as Requirement<Service>;
}

/** A token as a requirement without conditions. */
export function conditions(wanted: Token | Requirement): Requirement {
  return typeof wanted === 'symbol' ? { token: wanted } : wanted;
}
