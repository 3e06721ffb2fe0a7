import { keyWanted } from './login';
import type { Device, DeviceDefaults, EvidenceAnswer, Filters, Model, Page, Recording } from './types';

/** A refusal of the server, as problem+json tells it. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

async function refusal(response: Response): Promise<Problem> {
  if (response.status === 401) keyWanted();
  const body: unknown = await response.json().catch(() => null);
  if (body !== null && typeof body === 'object' && 'detail' in body) {
    const { detail, code } = body as { detail: unknown; code?: unknown };
    return new Problem(response.status, String(code ?? ''), String(detail));
  }
  return new Problem(response.status, '', `${response.status} ${response.statusText}`.trim());
}

async function request<T>(path: string, options: RequestInit = {}): Promise<T> {
  const response = await fetch(path, options);
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? null : await response.json()) as T;
}

function sendJson<T>(method: string, path: string, body: unknown): Promise<T> {
  return request<T>(path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** `?a=1&b=2` of the members that are set; empty if none is. */
export function query(values: Record<string, string | number | null | undefined>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text ? `?${text}` : '';
}

const one = (id: string) => `/v1/recordings/${encodeURIComponent(id)}`;

export const audioUrl = (id: string) => `${one(id)}/audio`;
export const jsonUrl = (id: string) => one(id);
export const exportCsvUrl = (filters: Filters) => `/v1/recordings/export.csv${query({ ...filters })}`;
export const exportZipUrl = (ids: string[]) => `/v1/recordings/export.zip${query({ ids: ids.join(',') })}`;
export const manifestUrl = '/v1/recordings/manifest.csv';

export const listRecordings = (filters: Filters, limit: number, cursor?: string | null) =>
  request<Page>(`/v1/recordings${query({ ...filters, limit, cursor })}`);
export const getRecording = (id: string) => request<Recording>(one(id));
export const getEvidence = (id: string) => request<EvidenceAnswer>(`${one(id)}/evidence`);
export const deleteRecording = (id: string) => request<null>(one(id), { method: 'DELETE' });
export const restoreRecording = (id: string) =>
  request<Recording>(`${one(id)}/restore`, { method: 'POST' });
export const reviewRecording = (id: string, review: { note: string | null; label: string | null }) =>
  sendJson<Recording>('PATCH', one(id), review);
export const listDevices = async () =>
  (await request<{ devices: Device[] }>('/v1/devices')).devices;
export const setDefaults = (device: string, defaults: DeviceDefaults) =>
  sendJson<unknown>('PUT', `/v1/devices/${encodeURIComponent(device)}`, defaults);
export const getModel = () => request<Model>('/v1/model');

export async function getAudio(id: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  const response = await fetch(audioUrl(id), signal ? { signal } : {});
  if (!response.ok) throw await refusal(response);
  return response.arrayBuffer();
}

/** Sends a file of any accepted format; `progress` gets the share that is sent, 0 to 1. */
export function upload(
  file: Blob,
  device: string,
  progress: (share: number) => void,
): Promise<Recording> {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open('POST', `/v1/recordings${query({ device })}`);
    sending.setRequestHeader('Content-Type', 'application/octet-stream');
    sending.responseType = 'json';
    sending.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    sending.onerror = () => reject(new Problem(0, 'network', ''));
    sending.onload = () => {
      if (sending.status === 401) keyWanted();
      const body = sending.response as (Recording & { detail?: string; code?: string }) | null;
      if (sending.status === 201 && body) resolve(body);
      else reject(new Problem(sending.status, body?.code ?? '', body?.detail ?? sending.statusText));
    };
    sending.send(file);
  });
}
