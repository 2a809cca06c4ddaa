const key = 'console-token';

/**
 * Returns the token of this console, from the address that was opened or from before a reload, and takes it
 * out of the address line, where it could be seen or copied. Empty where the address had none.
 */
export function takeToken(): string {
  const [, given] = /^#token=([\w-]+)/.exec(location.hash) ?? [];
  if (given !== undefined) {
    sessionStorage.setItem(key, given);
    history.replaceState(null, '', '#/overview');
  }
  return sessionStorage.getItem(key) ?? '';
}
