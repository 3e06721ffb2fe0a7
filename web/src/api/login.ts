/** A server may ask for a key (docs/security.md). A login makes a cookie of it, which events, live
 * streams, sound and downloads send by themselves; no script can read it. */

const kRemembered = 'logged-in';

const listeners = new Set<() => void>();

/** Calls `listener` whenever the server has refused something for want of a key. */
export function onKeyWanted(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function keyWanted(): void {
  for (const listener of [...listeners]) listener();
}

/** Whether this tab has logged in, so that it can log out. */
export const hasLoggedIn = () => sessionStorage.getItem(kRemembered) !== null;

/** Whether the server takes the key. Fails as fetch() does if it cannot be reached. */
export async function logIn(key: string): Promise<boolean> {
  const response = await fetch('/v1/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ key }),
  });
  if (response.ok) sessionStorage.setItem(kRemembered, '1');
  return response.ok;
}

export async function logOut(): Promise<void> {
  sessionStorage.removeItem(kRemembered);
  await fetch('/v1/logout', { method: 'POST' });
}
