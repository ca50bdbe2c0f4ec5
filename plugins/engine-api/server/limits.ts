/** Limits per client. Times are in milliseconds, sizes in bytes. */

/** Of a JSON body; the largest real ones (create with a seccomp profile) are about 60 KiB. */
export const MAX_JSON_BODY = 1024 * 1024;
/** Of all headers in total; X-Registry-Auth and X-Registry-Config are the longest. */
export const MAX_HEADER_BYTES = 64 * 1024;
export const MAX_HEADERS = 200;
/** From the connection's first byte to the end of the headers. */
export const HEADERS_TIMEOUT = 10_000;
/** From the connection to the end of the TLS handshake. */
export const HANDSHAKE_TIMEOUT = 10_000;
/** Of one TCP address, including unauthenticated connections. Unix sockets are not limited. */
export const MAX_TCP_CONNECTIONS = 500;
/** Of a certificate, key or token file. */
export const MAX_CREDENTIAL_BYTES = 1024 * 1024;
/** 128 random bits are 32 hexadecimal digits. */
export const MIN_TOKEN_LENGTH = 32;
/** From the end of the headers to the end of a JSON body. */
export const BODY_TIMEOUT = 30_000;
/** Between two requests on one connection. */
export const KEEP_ALIVE_TIMEOUT = 15_000;
/** Interval at which Node checks the two deadlines. */
export const CONNECTION_CHECK_INTERVAL = 5_000;
/** Time for responses in progress to finish when the surface stops. */
export const STOP_GRACE = 3_000;
/** Of a path parameter (image references are the longest). */
export const MAX_PARAMETER_LENGTH = 1024;
/** Interval at which a stopping surface closes connections that became idle. */
export const SWEEP_INTERVAL = 20;
