import { Problem } from '../api/client';
import type { Speech } from '../i18n';

/** What went wrong, for a person: what the server says, else that it cannot be reached. */
export function failureText(error: unknown, { t }: Speech): string {
  if (error instanceof Problem && error.status !== 0) return error.message;
  if (error instanceof TypeError || error instanceof Problem) return t('error.unreachable');
  return error instanceof Error ? error.message : String(error);
}
