import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type english from './messages/en.json';

export type MessageKey = keyof typeof english;
type Messages = Record<MessageKey, string>;

export const languages = { en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español', ar: 'العربية' } as const;
export type Language = keyof typeof languages;

const files = import.meta.glob<{ default: Messages }>('./messages/*.json');

export interface Speech {
  language: Language;
  direction: 'ltr' | 'rtl';
  /** The message in the reader's language; `{name}` in it becomes `values.name`. */
  t: (key: MessageKey, values?: Record<string, string | number>) => string;
  /** Whether there is such a message; for keys made from what the server says. */
  has: (key: string) => key is MessageKey;
  number: (value: number, digits?: number) => string;
  percent: (share: number, digits?: number) => string;
  time: (when: string) => string;
  /** The same in figures, for tables. */
  shortTime: (when: string) => string;
  /** "3 minutes ago". */
  ago: (when: string, now_ms: number) => string;
}

export function isLanguage(value: string | null): value is Language {
  return value !== null && value in languages;
}

/** The first language that the reader's browser asks for and that there is. */
export function preferredLanguage(stored: string | null, asked: readonly string[]): Language {
  if (isLanguage(stored)) return stored;
  for (const tag of asked) {
    const language = tag.toLowerCase().split('-')[0] ?? '';
    if (isLanguage(language)) return language;
  }
  return 'en';
}

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

const kUnits: [Intl.RelativeTimeFormatUnit, number][] = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Infinity],
];

export function speak(language: Language, messages: Messages): Speech {
  // Measured figures keep the digits of the instruments that show them.
  const locale = language === 'ar' ? 'ar-u-nu-latn' : language;
  const timeFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const shortFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const number = (value: number, digits = 0) =>
    value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return {
    language,
    direction: language === 'ar' ? 'rtl' : 'ltr',
    t: (key, values) => (values ? fill(messages[key], values) : messages[key]),
    has: (key): key is MessageKey => key in messages,
    number,
    percent: (share, digits = 0) =>
      share.toLocaleString(locale, {
        style: 'percent',
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
    time: (when) => timeFormat.format(new Date(when)),
    shortTime: (when) => shortFormat.format(new Date(when)),
    ago: (when, now_ms) => {
      let amount = Math.min(0, Math.round((Date.parse(when) - now_ms) / 1000));
      for (const [unit, size] of kUnits) {
        if (Math.abs(amount) < size) return relative.format(amount, unit);
        amount = Math.round(amount / size);
      }
      return timeFormat.format(new Date(when));
    },
  };
}

export async function loadSpeech(language: Language): Promise<Speech> {
  const load = files[`./messages/${language}.json`];
  if (!load) throw new Error(`no messages for ${language}`);
  return speak(language, (await load()).default);
}

export const SpeechContext = createContext<Speech | null>(null);

export function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (!speech) throw new Error('no language is set');
  return speech;
}
