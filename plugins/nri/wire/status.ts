/** Codes of gRPC, which ttRPC uses too. */
export const codes = {
  unknown: 2,
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  exhausted: 8,
  precondition: 9,
  unimplemented: 12,
};

/** An error that reaches the client with its code. */
export class StatusError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
