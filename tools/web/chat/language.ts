// The language of the page: what the user chose, or the first that the browser asks for and we have.

import { Observable, useObserved } from './observable.ts';
import { kept } from './storage.ts';
import en from './texts/en.js';
import es from './texts/es.js';
import fr from './texts/fr.js';

type Forms = { one: string; other: string };
export type TextKey = keyof typeof en;
type Texts = Partial<Record<TextKey, string | Forms>>;
type Values = Record<string, string | number>;
export type Said = { key: TextKey; values?: Values };

const TEXTS = { en, es, fr } satisfies Record<string, Texts>;
type Tag = keyof typeof TEXTS;
export const LANGUAGES: Record<Tag, string> = { en: 'English', es: 'Español', fr: 'Français' };

const chosen = kept<Tag>(() => localStorage, 'guildhall-chat:language');

const isKnown = (tag: string): tag is Tag => Object.hasOwn(TEXTS, tag);

const wished = [chosen.read(), ...navigator.languages].map((tag) => String(tag).split('-')[0]);
const language = new Observable(known(wished.find(isKnown) ?? 'en'));

function known(tag: Tag) {
  document.documentElement.lang = tag;
  return { tag, plural: new Intl.PluralRules(tag) };
}

export function choose(tag: string) {
  if (!isKnown(tag)) return;
  chosen.write(tag);
  language.set(known(tag));
}

function textOf({ tag, plural }: ReturnType<typeof known>, key: TextKey, values: Values) {
  const text: string | Forms = TEXTS[tag][key] ?? en[key];
  const isOne = plural.select(Number(values.n)) === 'one';
  const form = typeof text === 'string' ? text : isOne ? text.one : text.other;
  return form.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

// t('key', { values }) gives a text, t.time() and t.day() a moment, in the language of now.
export function useTexts() {
  const now = useObserved(language);
  const t = (key: TextKey, values: Values = {}) => textOf(now, key, values);
  t.language = now.tag;
  t.time = (iso: string) => new Intl.DateTimeFormat(now.tag, { timeStyle: 'short' }).format(new Date(iso));
  t.second = (iso: string) => new Intl.DateTimeFormat(now.tag, { timeStyle: 'medium' }).format(new Date(iso));
  t.moment = (iso: string) =>
    new Intl.DateTimeFormat(now.tag, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
  t.day = (iso: string) => dayOf(t, now.tag, new Date(iso));
  return t;
}

function dayOf(t: (key: TextKey) => string, tag: Tag, date: Date) {
  const yesterday = new Date();
  yesterday.setDate(yesterday.getDate() - 1);
  if (date.toDateString() === new Date().toDateString()) return t('today');
  if (date.toDateString() === yesterday.toDateString()) return t('yesterday');
  return new Intl.DateTimeFormat(tag, { dateStyle: 'full' }).format(date);
}
