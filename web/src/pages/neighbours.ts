/** The order in which the history last showed its recordings, so that j and k go on from there. */
let order: string[] = [];

export function rememberOrder(ids: string[]): void {
  order = ids;
}

export function neighbour(id: string, by: 1 | -1): string | undefined {
  const at = order.indexOf(id);
  return at < 0 ? undefined : order[at + by];
}
