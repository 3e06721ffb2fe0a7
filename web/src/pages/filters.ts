import type { Filters } from '../api/types';

const names = ['device', 'class', 'quality', 'from', 'to', 'min_confidence', 'q'] as const;

export function filtersOf(parameters: URLSearchParams): Filters {
  const filters: Filters = {};
  for (const name of names) {
    const value = parameters.get(name);
    if (value) filters[name] = value;
  }
  return filters;
}

/** The part of the page's address that holds the filters. */
export function searchOf(filters: Filters): string {
  const parameters = new URLSearchParams();
  for (const name of names) {
    const value = filters[name];
    if (value) parameters.set(name, value);
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

export const isFiltered = (filters: Filters) => names.some((name) => filters[name]);

const startOfDay = (date: string) => new Date(`${date}T00:00:00`);

/** What the server understands: whole days of the reader's clock become moments, `to` included. */
export function serverFilters(filters: Filters): Filters {
  const result = { ...filters };
  if (filters.from) result.from = startOfDay(filters.from).toISOString();
  if (filters.to) {
    const after = startOfDay(filters.to);
    after.setDate(after.getDate() + 1);
    result.to = after.toISOString();
  }
  return result;
}
