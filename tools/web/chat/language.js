// The language of the page: what the user chose, or the first that the browser asks for and we have.

import { Observable, useObserved } from './observable.js';
import { kept } from './storage.js';
import en from './texts/en.js';
import es from './texts/es.js';
import fr from './texts/fr.js';

const TEXTS = { en, es, fr };
export const LANGUAGES = { en: 'English', es: 'Español', fr: 'Français' };

const chosen = kept(() => localStorage, 'guildhall-chat:language');

const wished = [chosen.read(), ...navigator.languages].map((tag) => String(tag).split('-')[0]);
const language = new Observable(known(wished.find((tag) => Object.hasOwn(TEXTS, tag)) ?? 'en'));

function known(tag) {
  document.documentElement.lang = tag;
  return { tag, plural: new Intl.PluralRules(tag) };
}

export function choose(tag) {
  chosen.write(tag);
  language.set(known(tag));
}

function textOf({ tag, plural }, key, values) {
  const text = TEXTS[tag][key] ?? en[key];
  const form = typeof text === 'string' ? text : (text[plural.select(values.n)] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// t('key', { values }) gives a text, t.time() and t.day() a moment, in the language of now.
export function useTexts() {
  const now = useObserved(language);
  const t = (key, values = {}) => textOf(now, key, values);
  t.language = now.tag;
  t.time = (iso) => new Intl.DateTimeFormat(now.tag, { timeStyle: 'short' }).format(new Date(iso));
  t.second = (iso) => new Intl.DateTimeFormat(now.tag, { timeStyle: 'medium' }).format(new Date(iso));
  t.moment = (iso) =>
    new Intl.DateTimeFormat(now.tag, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
  t.day = (iso) => dayOf(t, now.tag, new Date(iso));
  return t;
}

function dayOf(t, tag, date) {
  const yesterday = new Date();
  yesterday.setDate(yesterday.getDate() - 1);
  if (date.toDateString() === new Date().toDateString()) return t('today');
  if (date.toDateString() === yesterday.toDateString()) return t('yesterday');
  return new Intl.DateTimeFormat(tag, { dateStyle: 'full' }).format(date);
}
