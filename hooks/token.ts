declare const serviceType: unique symbol;

/**
 * Names a service and carries its type. The token of a service has the name of its interface:
 * `inject: { containers: Containers }`.
 */
export type Token<Service = unknown> = symbol & { readonly [serviceType]: Service };

/** Tokens by the names that their services are to have. */
export type Tokens = Readonly<Record<string, Token>>;

/** The services of tokens, by the same names. */
export type ServicesOf<Named extends Tokens> = {
  readonly [Name in keyof Named]: Named[Name] extends Token<infer Service> ? Service : never;
};

const prefix = 'pouch.';

export function token<Service>(name: string): Token<Service> {
  return Symbol.for(prefix + name) as Token<Service>;
}

export function tokenName({ description = '' }: Token): string {
  return description.replace(prefix, '');
}
