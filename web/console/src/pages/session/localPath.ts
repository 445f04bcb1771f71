// Where a sign-in leads: only to a page of our own.

/** `wanted` if it is a path of this host, else the start page. `//host` and `/\\host` are other hosts to a browser. */
export function localPath(wanted: unknown): string {
  return typeof wanted === 'string' && /^\/(?![/\\])/.test(wanted) && !/[\t\r\n]/.test(wanted) ? wanted : '/'
}
