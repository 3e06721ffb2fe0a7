import { useEffect, useState } from 'preact/hooks';

export const pages = ['now', 'try', 'history', 'devices', 'model'] as const;
export type PageName = (typeof pages)[number];

export type Route =
  | { page: PageName; parameters: URLSearchParams }
  | { page: 'recording'; id: string; parameters: URLSearchParams };

/** `#/recordings/ID`, `#/history?class=Murmur`, ...; anything else is the first page. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const parameters = new URLSearchParams(search);
  const [first = '', second = ''] = path.split('/');
  if (first === 'recordings' && second) {
    return { page: 'recording', id: decodeURIComponent(second), parameters };
  }
  return { page: pages.find((page) => page === first) ?? 'now', parameters };
}

export const hrefOf = (page: PageName, search = '') => `#/${page}${search}`;
export const hrefOfRecording = (id: string) => `#/recordings/${encodeURIComponent(id)}`;

export function go(href: string): void {
  location.hash = href;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}
